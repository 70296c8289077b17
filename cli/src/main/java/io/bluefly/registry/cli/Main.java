package io.bluefly.registry.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bluefly.registry.cli.registration.Pace;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintWriter;

/** Runs one command and exits: 0 done, 1 the registry or the server said no, 2 wrong usage. */
public final class Main {
  private Main() {}

  /** Runs the command of {@code args}. */
  public static void main(String[] args) {
    PrintWriter out = writer(FileDescriptor.out);
    PrintWriter err = writer(FileDescriptor.err);
    int code = new Cli(System.getenv(), out, err, Pace.system()).run(args);
    out.flush();
    err.flush();
    System.exit(code);
  }

  /** UTF-8 whatever the locale: what tools answer is passed on as it is. */
  private static PrintWriter writer(FileDescriptor descriptor) {
    return new PrintWriter(new FileOutputStream(descriptor), false, UTF_8);
  }
}
