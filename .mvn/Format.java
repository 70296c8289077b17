import com.google.googlejavaformat.java.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Runs google-java-format over every source of a module: {@code Format check|write FOLDER}. */
final class Format {
  public static void main(String[] args) throws IOException {
    boolean write = args[0].equals("write");
    Path folder = Path.of(args[1]);
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<String> command =
        new ArrayList<>(
            write ? List.of("--replace") : List.of("--dry-run", "--set-exit-if-changed"));
    try (Stream<Path> files = Files.walk(folder)) {
      files.map(Path::toString).filter(name -> name.endsWith(".java")).forEach(command::add);
    }
    if (command.getLast().startsWith("--")) {
      return;
    }
    if (!write) {
      System.err.println("Files listed below, if any, need `mvn compile -Dformat=write`:");
    }
    Main.main(command.toArray(String[]::new)); // ends this process: 1 where a file differs
  }
}
