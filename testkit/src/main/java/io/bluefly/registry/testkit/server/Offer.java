package io.bluefly.registry.testkit.server;

import io.bluefly.registry.testkit.server.Catalogue.Kind;
import java.util.List;
import java.util.stream.IntStream;

/** Puts everything into the catalogue that the server offers. */
final class Offer {
  private Offer() {}

  static void fill(ServerState state) {
    Catalogue catalogue = state.catalogue();
    catalogue.add(Kind.TOOLS, PlainTools.all());
    catalogue.add(Kind.TOOLS, AskingTools.all(state));
    catalogue.add(Kind.TOOLS, ChangingTools.all(state));
    catalogue.add(Kind.TOOLS, TaskTools.all());
    catalogue.add(Kind.TOOLS, OwnTools.all(state));
    catalogue.add(Kind.TOOLS, extra(state.options().extraTools()));
    Chaos chaos = state.options().chaos();
    if (chaos != null) {
      catalogue.add(Kind.TOOLS, ChaosTools.all(chaos));
    }
    catalogue.add(Kind.PROMPTS, Prompts.all());
    catalogue.add(Kind.RESOURCES, Resources.all());
    catalogue.add(Kind.TEMPLATES, Resources.templates());
  }

  private static List<Feature> extra(int count) {
    return IntStream.rangeClosed(1, count)
        .mapToObj("extra_%04d"::formatted)
        .map(name -> Feature.tool(name, "One of many", _ -> Content.resultText(name)))
        .toList();
  }
}
