package io.bluefly.registry.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bluefly.registry.api.Problem.Violation;
import io.bluefly.registry.connections.Change;
import io.bluefly.registry.connections.Connection;
import io.bluefly.registry.connections.ConnectionStore.StoreException;
import io.bluefly.registry.connections.Connections;
import io.bluefly.registry.connections.Registration;
import io.bluefly.registry.health.BatchCheck;
import io.bluefly.registry.health.BatchDeadline;
import io.bluefly.registry.security.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Many operations in one request. Changes that follow each other are stored together; checks that
 * follow each other are made at once.
 */
final class BatchApi {
  /** Changes that are stored in one transaction, unless all are wanted or none. */
  private static final int TOGETHER = 100;

  private static final int OK = 200;
  private static final int CREATED = 201;

  private final Connections connections;
  private final Contract contract;
  private final Registrations registrations;
  private final BatchCheck checks;
  private final Endings endings;

  BatchApi(
      Connections connections,
      Contract contract,
      Registrations registrations,
      BatchCheck checks,
      Endings endings) {
    this.connections = connections;
    this.contract = contract;
    this.registrations = registrations;
    this.checks = checks;
    this.endings = endings;
  }

  /** What came of the operations, in their order. */
  record BatchReply(List<Item> results, Summary summary) {
    static BatchReply of(List<Item> items) {
      int failed = (int) items.stream().filter(item -> item.problem() != null).count();
      return new BatchReply(items, new Summary(items.size(), items.size() - failed, failed));
    }
  }

  /** How many there were, and what came of them. */
  record Summary(int total, int succeeded, int failed) {}

  /**
   * What came of one operation.
   *
   * @param status as the operation would have had by itself
   * @param check what a check found
   * @param problem why it failed
   */
  record Item(
      String op,
      int status,
      @Nullable String connectionId,
      HealthApi.@Nullable BatchItem check,
      @Nullable Problem problem) {
    /** The same, of which something is not as it should be. */
    Item failed(Problem why) {
      return new Item(op, why.status(), connectionId, check, why);
    }
  }

  /** An operation of the request: a change, a check, or neither because it can't be understood. */
  private static final class Step {
    private final int index;
    private final String op;
    private final @Nullable String connectionId;
    private final @Nullable Change change;
    private @Nullable Item item;
    private @Nullable Connection disconnected;

    Step(int index, String op, @Nullable String connectionId, @Nullable Change change) {
      this.index = index;
      this.op = op;
      this.connectionId = connectionId;
      this.change = change;
    }

    boolean isOpen() {
      return item == null;
    }

    Item item() {
      return Objects.requireNonNull(item);
    }

    void made(Connection connection) {
      int status = change instanceof Change.Register ? CREATED : OK;
      item = new Item(op, status, connection.id(), null, null);
      disconnected = connection.isDisconnected() ? connection : null;
    }

    /** The connection whose server is to end. */
    Optional<Connection> gone() {
      return Optional.ofNullable(disconnected);
    }

    void checked(BatchCheck.Result result) {
      switch (result) {
        case BatchCheck.Result.Checked checked ->
            item = new Item(op, OK, connectionId, HealthApi.BatchItem.of(checked), null);
        case BatchCheck.Result.NotBegun not -> notBegun(not.why());
      }
    }

    void notBegun(String why) {
      failed(new ProblemException(Problems.notBegun(why)));
    }

    void failed(RuntimeException reason) {
      Problem problem = Problems.of(reason);
      item = new Item(op, problem.status(), connectionId, null, problem);
    }
  }

  Reply run(Request request) {
    BatchDeadline deadline = checks.deadline();
    List<Step> steps = new ArrayList<>();
    for (JsonNode operation : request.body().get("operations")) {
      steps.add(read(request.principal(), steps.size(), operation));
    }
    if (request.flag("atomic")) {
      refuseFailed(steps);
      make(steps.stream().filter(step -> step.change != null).toList(), true);
      refuseFailed(steps);
      check(steps.stream().filter(Step::isOpen).toList(), deadline);
    } else {
      runs(steps).forEach(together -> run(together, deadline));
    }
    endings.await(steps.stream().flatMap(step -> step.gone().stream()).toList());
    List<Item> items = steps.stream().map(Step::item).toList();
    return Reply.ok(BatchReply.of(items));
  }

  private Step read(Principal principal, int index, JsonNode operation) {
    String op = operation.get("op").asText();
    String id = operation.path("connectionId").textValue();
    ObjectNode rest = operation.deepCopy();
    rest.remove(List.of("op", "connectionId"));
    try {
      return new Step(index, op, id, change(principal, op, id, rest));
    } catch (RuntimeException e) {
      Step refused = new Step(index, op, id, null);
      refused.failed(e);
      return refused;
    }
  }

  /** The change that an operation is; null when it is a check. */
  private @Nullable Change change(
      Principal principal, String op, @Nullable String id, ObjectNode rest) {
    contract.require(schema(op), rest, "body");
    String connectionId = Objects.requireNonNullElse(id, "");
    if (!op.equals("register")) {
      refuseForbidden(principal, op, connectionId);
    }
    return switch (op) {
      case "register" -> {
        Registration registration = registrations.read(rest);
        Rights.requireRegister(principal, registration);
        yield new Change.Register(registration);
      }
      case "update" ->
          new Change.Update(
              connectionId,
              before -> registrations.merged(principal, before, rest),
              Registrations.status(rest));
      case "disconnect" -> new Change.Disconnect(connectionId, rest.path("force").asBoolean());
      default -> null;
    };
  }

  /** What is not there is refused in its turn, with the rest; what may not be seen or done, now. */
  private void refuseForbidden(Principal principal, String op, String connectionId) {
    if (connections.find(connectionId).isEmpty()) {
      return;
    }
    Connection connection = new Visible(connections, principal.scope()).get(connectionId);
    if (!op.equals("disconnect")) {
      Rights.requireChange(principal, connection);
    }
  }

  private static String schema(String op) {
    return switch (op) {
      case "register" -> "Registration";
      case "update" -> "ConnectionPatch";
      case "disconnect" -> "DisconnectOptions";
      default -> "CheckOptions";
    };
  }

  /** Steps that can be made together, in order. */
  private static List<List<Step>> runs(List<Step> steps) {
    List<List<Step>> runs = new ArrayList<>();
    for (Step step : steps.stream().filter(Step::isOpen).toList()) {
      List<Step> last = runs.isEmpty() ? List.of() : runs.getLast();
      boolean fits =
          !last.isEmpty()
              && (last.getFirst().change == null) == (step.change == null)
              && (step.change == null || last.size() < TOGETHER);
      if (!fits) {
        last = new ArrayList<>();
        runs.add(last);
      }
      last.add(step);
    }
    return runs;
  }

  private void run(List<Step> together, BatchDeadline deadline) {
    if (together.getFirst().change == null) {
      check(together, deadline);
    } else if (deadline.isOver()) {
      together.forEach(step -> step.notBegun(deadline.message()));
    } else {
      make(together, false);
    }
  }

  private void make(List<Step> steps, boolean all) {
    List<Change> changes = new ArrayList<>();
    steps.forEach(step -> changes.add(Objects.requireNonNull(step.change)));
    try {
      List<Change.Result> results = connections.make(changes, all);
      for (int i = 0; i < steps.size(); i++) {
        Step step = steps.get(i);
        switch (results.get(i)) {
          case Change.Result.Made made -> step.made(made.connection());
          case Change.Result.Refused refused -> step.failed(refused.reason());
          case Change.Result.NotMade _ -> {} // Those that were refused are told of instead.
        }
      }
    } catch (StoreException e) {
      if (all) {
        throw e;
      }
      steps.forEach(step -> step.failed(e));
    }
  }

  private void check(List<Step> steps, BatchDeadline deadline) {
    List<Step> present = new ArrayList<>();
    for (Step step : steps) {
      try {
        HealthApi.requirePresent(connections.get(Objects.requireNonNull(step.connectionId)));
        present.add(step);
      } catch (RuntimeException e) {
        step.failed(e);
      }
    }
    List<String> ids = present.stream().map(step -> step.connectionId).toList();
    List<BatchCheck.Result> results = checks.check(ids, null, deadline);
    for (int i = 0; i < present.size(); i++) {
      present.get(i).checked(results.get(i));
    }
  }

  /** All or nothing: nothing has been made as long as something has failed. */
  private static void refuseFailed(List<Step> steps) {
    List<Violation> violations = new ArrayList<>();
    for (Step step : steps) {
      Problem problem = step.isOpen() ? null : step.item().problem();
      if (problem != null) {
        violations.add(new Violation("body/operations/" + step.index, problem.detail(), null));
      }
    }
    if (!violations.isEmpty()) {
      throw new ProblemException(Problems.batchRefused(violations));
    }
  }
}
