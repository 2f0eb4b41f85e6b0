package io.margay.shell.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A framework with two bundles. */
final class FakePlatform implements Platform {
  final List<List<String>> refreshed = new ArrayList<>();

  @Override
  public List<Check> health(String tag) {
    return "live".equals(tag) ? List.of(new Check("heap", List.of("live"), "OK", true, List.of("12 % in use")))
        : List.of(new Check("heap", List.of("live"), "OK", true, List.of("12 % in use")),
            new Check("log directories", List.of("ready"), "CRITICAL", false, List.of("/data is offline")));
  }

  @Override
  public List<OtherCommand> otherCommands() {
    return List.of(new OtherCommand("margay:deploy", "Replace bundles.", "Usage: deploy FILE\n", List.of("--dry-run"), true),
        new OtherCommand("deploy:undo", "Go back.", "Usage: deploy:undo\n", List.of(), false));
  }

  @Override
  public void refresh(List<String> names) {
    refreshed.add(names);
  }

  @Override
  public List<String> storageEngines() {
    return List.of("file", "memory");
  }

  @Override
  public List<Part> parts() {
    return List.of(new Part("log", "1.2.3", "active"), new Part("shell", "1.2.3", "active"));
  }

  @Override
  public Map<Short, String> apiNames() {
    return Map.of((short) 18, "ApiVersions");
  }
}
