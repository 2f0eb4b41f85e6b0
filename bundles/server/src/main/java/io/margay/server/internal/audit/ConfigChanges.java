package io.margay.server.internal.audit;

import io.margay.protocol.message.AlterConfigsRequest;
import io.margay.protocol.message.AlterConfigsResponse;
import io.margay.protocol.message.IncrementalAlterConfigsRequest;
import io.margay.protocol.message.IncrementalAlterConfigsResponse;
import java.util.HashMap;
import java.util.Map;

/** Settings. */
final class ConfigChanges {
  private ConfigChanges() { }

  static void replace(AlterConfigsRequest request, AlterConfigsResponse response, ConfigTexts configs, Changes changes) {
    if (request.validateOnly()) {
      return;
    }
    Map<String, String> wanted = new HashMap<>();
    request.resources().forEach(r -> {
      StringBuilder text = new StringBuilder();
      r.configs().forEach(c -> configs.append(text, r.resourceType(), c.name(), c.value()));
      wanted.put(r.resourceType() + r.resourceName(), text.toString());
    });
    response.responses().forEach(r -> changes.add(ConfigTexts.type(r.resourceType()), r.resourceName(), r.errorCode(), "replaced by",
        wanted.get(r.resourceType() + r.resourceName())));
  }

  static void alter(IncrementalAlterConfigsRequest request, IncrementalAlterConfigsResponse response, ConfigTexts configs, Changes changes) {
    if (request.validateOnly()) {
      return;
    }
    Map<String, StringBuilder[]> wanted = new HashMap<>();
    request.resources().forEach(r -> {
      StringBuilder[] texts = {new StringBuilder(), new StringBuilder(), new StringBuilder(), new StringBuilder()};
      r.configs().forEach(c -> configs.append(texts[c.configOperation() & 3], r.resourceType(), c.name(), c.configOperation() == 1 ? null : c.value()));
      wanted.put(r.resourceType() + r.resourceName(), texts);
    });
    response.responses().forEach(r -> {
      StringBuilder[] texts = wanted.getOrDefault(r.resourceType() + r.resourceName(), new StringBuilder[4]);
      changes.add(ConfigTexts.type(r.resourceType()), r.resourceName(), r.errorCode(), "set", text(texts[0]), "deleted", text(texts[1]), "appended",
          text(texts[2]), "subtracted", text(texts[3]));
    });
  }

  private static String text(StringBuilder text) {
    return text == null || text.isEmpty() ? null : text.toString();
  }
}
