package io.margay.shell.internal;

import java.util.List;
import java.util.Map;

/** A framework with two bundles. */
final class FakePlatform implements Platform {
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
