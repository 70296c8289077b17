package io.bluefly.registry.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How instances come and go. */
class InstanceListTest implements InstanceList.Listener {
  private final FakeServers servers = new FakeServers();
  private final List<String> told = new ArrayList<>();
  private final InstanceList list = new InstanceList(servers::instance, this);

  @BeforeEach
  void follow() {
    servers.onOpened = list::opened;
  }

  @Override
  public void changed() {
    told.add("changed");
  }

  @Override
  public void scaled(int from, int to) {
    told.add(from + " to " + to);
  }

  @Override
  public void retired() {
    told.add("retired");
  }

  @Test
  void theLeastUsedLeaveAndEndTheirCallsFirst() throws Exception {
    list.scaleTo(3);
    List<Instance> all = list.all();
    begin(all.get(0), 2);
    begin(all.get(1), 1);
    begin(all.get(2), 3);
    told.clear();
    list.scaleTo(1);
    assertThat(list.all()).containsExactly(all.get(2));
    assertThat(told).containsExactly("3 to 1", "changed");
    assertThat(all.get(0).inFlight().tryBegin(9)).isFalse();
    assertThat(servers.started).noneMatch(server -> server.toldToEnd);
    all.get(1).inFlight().end();
    assertThat(servers.started.get(1).toldToEnd).isTrue();
    assertThat(servers.started.get(0).toldToEnd).isFalse();
    assertThat(list.everyone()).hasSize(3);
    servers.started.get(1).end();
    assertThat(list.everyone()).hasSize(2);
    assertThat(told).endsWith("retired");
  }

  @Test
  void theCallsOfOneThatLeavesMayTakeTheirTime() throws Exception {
    list.scaleTo(1);
    begin(list.all().getFirst(), 1);
    list.scaleTo(0);
    servers.advance(3599);
    assertThat(servers.latest().toldToEnd).isFalse();
    servers.advance(1);
    assertThat(servers.latest().toldToEnd).isTrue();
  }

  private static void begin(Instance instance, int calls) {
    for (int i = 0; i < calls; i++) {
      assertThat(instance.inFlight().tryBegin(9)).isTrue();
    }
  }

  @Test
  void whatIsNotOpenLeavesBeforeWhatIs() throws Exception {
    list.scaleTo(2);
    Instance crashed = list.all().get(1);
    servers.started.get(1).end();
    Instance open = list.all().get(0);
    begin(open, 1);
    list.scaleTo(1);
    assertThat(list.all()).containsExactly(open).doesNotContain(crashed);
  }

  @Test
  void theOldOneStaysUntilTheNewOneIsOpen() throws Exception {
    list.scaleTo(1);
    Instance old = list.all().getFirst();
    servers.refuse = true;
    list.replace(old);
    servers.advance(10);
    assertThat(list.all()).containsExactly(old);
    assertThat(servers.latest().toldToEnd).isFalse();
    servers.refuse = false;
    servers.advance(120);
    assertThat(list.all()).hasSize(1).doesNotContain(old);
    assertThat(list.all().getFirst().session()).isNotNull();
    assertThat(servers.started).hasSize(2);
    assertThat(servers.started.getFirst().toldToEnd).isTrue();
  }

  @Test
  void oneIsReplacedAtATime() throws Exception {
    list.scaleTo(2);
    servers.refuse = true;
    list.replace(list.all().get(0));
    list.replace(list.all().get(1));
    assertThat(list.everyone()).hasSize(3);
    servers.refuse = false;
    servers.advance(120);
    assertThat(servers.started).hasSize(3);
  }

  @Test
  void whatWasToReplaceOneThatLeavesIsClosedWithIt() throws Exception {
    list.scaleTo(2);
    Instance old = list.all().getFirst();
    begin(list.all().getLast(), 1);
    servers.refuse = true;
    list.replace(old);
    list.scaleTo(1);
    servers.refuse = false;
    servers.advance(120);
    assertThat(list.all()).hasSize(1).doesNotContain(old);
    assertThat(servers.started).hasSize(2);
  }

  @Test
  void whatIsClosedStartsNothingAnyMore() throws Exception {
    list.scaleTo(1);
    list.close();
    list.scaleTo(5);
    list.replace(list.all().getFirst());
    assertThat(servers.started).hasSize(1);
    assertThat(servers.latest().toldToEnd).isTrue();
  }
}
