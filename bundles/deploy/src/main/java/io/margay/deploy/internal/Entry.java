package io.margay.deploy.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A deployment in the history.
 *
 * @param id its number
 * @param when its beginning, as ISO 8601
 * @param who the user who asked for it
 * @param bundles what was replaced
 * @param undoes the number of the deployment that it undid, or 0
 * @param result how it ended
 */
record Entry(long id, String when, String who, List<Replaced> bundles, long undoes, Result result) {
  static final String DEPLOYED = "deployed";
  static final String ROLLED_BACK = "rolled back";
  /** The new version did worse, and the old one could not be put back. */
  static final String FAILED = "failed";
  /** Not in the history: the deployment has not ended. */
  static final String RUNNING = "running";

  /**
   * One bundle of a deployment.
   *
   * @param name its symbolic name
   * @param from the version before; empty when it was new
   * @param to the version afterwards; empty when it was taken away
   * @param kept the file name of the copy of what was there before; empty when there was nothing
   */
  record Replaced(String name, String from, String to, String kept) { }

  /**
   * How a deployment ended.
   *
   * @param pauseMs from the first stop until all that worked before worked again, in milliseconds
   * @param errors responses with errors while it was watched
   * @param outcome one of {@link #DEPLOYED}, {@link #ROLLED_BACK}, {@link #FAILED}
   * @param why the reason, empty when it was deployed
   */
  record Result(long pauseMs, long errors, String outcome, String why) {
    /** It has not ended. */
    static final Result NONE = new Result(0, 0, RUNNING, "");
  }

  Entry ended(Result end) {
    return new Entry(id, when, who, bundles, undoes, end);
  }

  boolean isDeployed() {
    return result.outcome.equals(DEPLOYED);
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("id", id);
    map.put("when", when);
    map.put("who", who);
    map.put("bundles", bundles.stream().map(b -> {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("name", b.name);
      one.put("from", b.from);
      one.put("to", b.to);
      one.put("kept", b.kept);
      return one;
    }).toList());
    map.put("pauseMs", result.pauseMs);
    map.put("errors", result.errors);
    map.put("outcome", result.outcome);
    map.put("why", result.why);
    if (undoes > 0) {
      map.put("undoes", undoes);
    }
    return map;
  }

  /** @throws IOException when it is not such an entry */
  static Entry read(String line) throws IOException {
    Map<String, Object> map = Json.read(line);
    try {
      List<Replaced> bundles = new ArrayList<>();
      for (Object o : (List<?>) map.get("bundles")) {
        Map<?, ?> one = (Map<?, ?>) o;
        bundles.add(new Replaced((String) one.get("name"), (String) one.get("from"), (String) one.get("to"), (String) one.get("kept")));
      }
      return new Entry((long) map.get("id"), (String) map.get("when"), (String) map.get("who"), bundles,
          (long) map.getOrDefault("undoes", 0L), new Result((long) map.get("pauseMs"), (long) map.get("errors"), (String) map.get("outcome"),
              (String) map.get("why")));
    } catch (ClassCastException | NullPointerException e) {
      throw new IOException("not an entry of the history", e);
    }
  }

  /** The bundles with their versions, for people. */
  String what() {
    return bundles.stream().map(b -> b.name + " " + (b.from.isEmpty() ? b.to + " (new)" : b.to.isEmpty() ? b.from + " (removed)"
        : b.from + " -> " + b.to)).collect(Collectors.joining(", "));
  }

  private List<String> cells() {
    return List.of(Long.toString(id), when, who, what(), Long.toString(result.pauseMs), Long.toString(result.errors),
        result.outcome + (undoes > 0 ? " (undoes " + undoes + ")" : "") + (result.why.isEmpty() ? "" : ": " + result.why.replace('\n', ' ')));
  }

  /** For people, a line for each below the names of the columns. */
  static String table(List<Entry> entries) {
    if (entries.isEmpty()) {
      return "There are no deployments yet.\n";
    }
    List<List<String>> rows = new ArrayList<>(List.of(List.of("ID", "WHEN", "WHO", "BUNDLES", "PAUSE MS", "ERRORS", "OUTCOME")));
    entries.forEach(e -> rows.add(e.cells()));
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size() - 1; i++) {
        int column = i;
        String pad = " ".repeat(rows.stream().mapToInt(r -> r.get(column).length()).max().orElse(0) - row.get(i).length());
        boolean number = List.of(0, 4, 5).contains(i);
        text.append(number ? pad + row.get(i) : row.get(i) + pad).append("  ");
      }
      text.append(row.get(row.size() - 1)).append('\n');
    }
    return text.toString();
  }
}
