package io.margay.deploy.internal;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What was typed after {@code deploy}.
 *
 * @param files at least one
 * @param dryRun whether only the checks are made
 * @param watchMs for how long the new version is watched, in milliseconds; negative when nothing was said
 */
record Arguments(List<Path> files, boolean dryRun, long watchMs) {
  static final String USAGE = """
      Usage: deploy [--dry-run] [--watch TIME] FILE...
      Replace bundles, watch them, and go back by itself when they do worse.
            FILE           a jar on the machine of the server; several are replaced together
            --dry-run      check and say what would be done, and change nothing
            --watch TIME   how long the new versions are watched, such as 500ms, 30s, 2m (margay.deploy.watch.ms)
            -h, --help     show this and do nothing
      deploy:history [--json] lists the deployments, deploy:undo puts the previous jars of the last one back.
      """;
  static final String HISTORY_USAGE = """
      Usage: deploy:history [--json]
      List the deployments: who, what, when, pause, errors, outcome.
            --json         print one JSON document
            -h, --help     show this and do nothing
      """;
  static final String UNDO_USAGE = """
      Usage: deploy:undo
      Put back what the last deployment replaced.
            -h, --help     show this and do nothing
      """;
  private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m)");
  private static final long WATCH_MS_MAX = 3_600_000;

  static Arguments parse(List<String> words) throws DeployException {
    List<Path> files = new ArrayList<>();
    boolean dryRun = false;
    long watchMs = -1;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals("--dry-run")) {
        dryRun = true;
      } else if (word.startsWith("--watch")) {
        String time = word.startsWith("--watch=") ? word.substring("--watch=".length()) : ++i < words.size() ? words.get(i) : "";
        watchMs = time(time);
      } else if (word.startsWith("-")) {
        throw new DeployException("deploy does not know " + word + "; deploy --help shows its usage");
      } else {
        files.add(path(word));
      }
    }
    if (files.isEmpty()) {
      throw new DeployException("deploy needs a file, for example: deploy /tmp/groups-0.1.1.jar");
    }
    return new Arguments(List.copyOf(files), dryRun, watchMs);
  }

  private static Path path(String word) {
    return Path.of(word.startsWith("file:") ? word.replaceFirst("file:/*", "/") : word).toAbsolutePath().normalize();
  }

  private static long time(String text) throws DeployException {
    Matcher m = TIME.matcher(text);
    long factor = !m.matches() ? 0 : m.group(2).equals("ms") ? 1 : m.group(2).equals("s") ? 1000 : 60_000;
    if (factor == 0 || Long.parseLong(m.group(1)) * factor > WATCH_MS_MAX) {
      throw new DeployException("--watch needs a time of at most an hour, such as 500ms, 30s or 2m, not '" + text + "'");
    }
    return Long.parseLong(m.group(1)) * factor;
  }
}
