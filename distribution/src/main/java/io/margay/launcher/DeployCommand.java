package io.margay.launcher;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes a command for the broker's shell of the words after {@code margay deploy}: its directory is another one, and it has a syntax. */
final class DeployCommand {
  private DeployCommand() {}

  /** @throws IllegalArgumentException with a message for the user if no file is named */
  static String of(List<String> words) {
    List<String> line = new ArrayList<>(List.of("deploy"));
    boolean file = false;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      boolean option = word.startsWith("-");
      line.add(option ? word : Path.of(word).toAbsolutePath().normalize().toString());
      if (word.equals("--watch") && i + 1 < words.size()) {
        line.add(words.get(++i));
      }
      file |= !option || word.equals("--help") || word.equals("-h");
    }
    if (!file) {
      throw new IllegalArgumentException("deploy needs a file, for example: margay deploy groups-0.1.1.jar");
    }
    return GogoWords.line(line);
  }
}
