package io.bluefly.registry.testkit.drupal;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What a request for the collection asks for. */
record ListQuery(Query query, List<Filter> filters, int offset, int limit) {
  private static final int LARGEST_PAGE = 50;
  private static final Set<String> FAMILIES = Set.of("filter", "sort", "page", "fields", "include");

  ListQuery {
    filters = List.copyOf(filters);
  }

  /** Refuses names of parameters that JSON:API keeps for itself, and fields that are unknown. */
  static ListQuery read(Query query) {
    int limit = number(query, "limit");
    return new ListQuery(
        query,
        Filter.read(query),
        number(query, "offset"),
        limit == 0 ? LARGEST_PAGE : Math.min(limit, LARGEST_PAGE));
  }

  /** What is wrong with a parameter's name, for every request. */
  static Optional<String> reserved(Query query) {
    return query.parameters().stream()
        .map(Query.Parameter::family)
        .filter(name -> name.matches("[a-z]*") && !FAMILIES.contains(name))
        .findFirst();
  }

  private static int number(Query query, String name) {
    return query
        .value("page", name)
        .filter(value -> value.matches("\\d{1,9}"))
        .map(Integer::parseInt)
        .orElse(0);
  }

  /** What of the content it is about, in order; who may see it is another question. */
  List<Node> matching(List<Node> byRevision, Account account) {
    if (barred(account)) {
      return List.of();
    }
    Stream<Node> found = byRevision.stream().filter(node -> matches(node, account));
    return found.sorted(order()).toList();
  }

  /**
   * A filter finds nothing for whom may read nothing, and says nothing of it, lest one learns by
   * filters what one may not read.
   */
  private boolean barred(Account account) {
    return filters.stream().anyMatch(Filter::restricted)
        || (!filters.isEmpty() && !account.reads());
  }

  private boolean matches(Node node, Account account) {
    return filters.isEmpty()
        || (account.sees(node) && filters.stream().allMatch(filter -> filter.matches(node)));
  }

  /** Nothing asked: the order stays as it is. */
  private Comparator<Node> order() {
    return query
        .value("sort")
        .map(sort -> Arrays.stream(sort.split(",", -1)).map(ListQuery::order))
        .flatMap(orders -> orders.reduce(Comparator::thenComparing))
        .orElse((_, _) -> 0);
  }

  private static Comparator<Node> order(String sort) {
    String path = sort.startsWith("-") ? sort.substring(1) : sort;
    if (!ContentType.has(path)) {
      throw Refusal.badRequest(
          "Invalid nested filtering. The field `%1$s`, given in the path `%1$s`, does not exist."
              .formatted(path));
    }
    Comparator<Node> order = (left, right) -> Columns.compare(left, right, path);
    return path.equals(sort) ? order : order.reversed();
  }

  List<Node> page(List<Node> matching) {
    return matching.stream().skip(offset).limit(limit).toList();
  }

  Optional<Query> next(List<Node> matching) {
    return matching.size() > offset + limit
        ? Optional.of(query.page(offset + limit, limit))
        : Optional.empty();
  }

  Optional<Query> previous() {
    return offset == 0
        ? Optional.empty()
        : Optional.of(query.page(Math.max(0, offset - limit), limit));
  }

  Optional<Query> first() {
    return offset == 0 ? Optional.empty() : Optional.of(query.page(0, limit));
  }
}
