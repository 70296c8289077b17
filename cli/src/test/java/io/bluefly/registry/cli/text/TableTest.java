package io.bluefly.registry.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class TableTest {
  @Test
  void columnsAreAsWideAsTheirWidestCell() {
    Table table = new Table("NAME", "N").row("a", "1").row("longer", "22");

    assertThat(table.render())
        .isEqualTo(
            """
            NAME    N
            a       1
            longer  22
            """);
  }

  @Test
  void cellsCanNotBreakTheTable() {
    assertThat(new Table("A", "B").row("one\ntwo\u001b[31m", "x").render())
        .isEqualTo(
            """
            A            B
            one two[31m  x
            """);
  }

  @Test
  void everyCharacterCountsOnce() {
    assertThat(new Table("A", "B").row("😀é", "x").render())
        .isEqualTo(
            """
            A   B
            😀é  x
            """);
  }

  @Test
  void aRowHasACellForEachColumn() {
    assertThatThrownBy(() -> new Table("A", "B").row("x"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
