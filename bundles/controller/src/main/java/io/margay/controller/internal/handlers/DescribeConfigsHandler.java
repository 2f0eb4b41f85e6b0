package io.margay.controller.internal.handlers;

import io.margay.controller.internal.ConfigRules;
import io.margay.controller.internal.ControllerRuntime;
import io.margay.controller.internal.ControllerService;
import io.margay.controller.internal.JulLogLevels;
import io.margay.controller.internal.LogLevels;
import io.margay.controller.internal.state.Outcome;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeConfigsRequest;
import io.margay.protocol.message.DescribeConfigsRequest.DescribeConfigsResource;
import io.margay.protocol.message.DescribeConfigsResponse;
import io.margay.protocol.message.DescribeConfigsResponse.DescribeConfigsResourceResult;
import io.margay.protocol.message.DescribeConfigsResponse.DescribeConfigsResult;
import io.margay.protocol.message.DescribeConfigsResponse.DescribeConfigsSynonym;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.NodeSettings.Given;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingType;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** DescribeConfigs (32): every setting of topics, of this broker, of groups, and the log levels of this broker. */
@Component(service = ApiHandler.class)
public final class DescribeConfigsHandler extends AdminHandler<DescribeConfigsRequest> {
  private static final byte LOGGER_SOURCE = 6;
  private static final long RESOURCE_BYTES = 400;
  private static final long KEY_BYTES = 60;
  private static final long SETTING_BYTES = 400;
  private static final long SYNONYMS_BYTES = 600;

  private final ControllerRuntime controller;
  private final LogLevels levels;
  private final ConfigViews views;

  /** @param controller the controller */
  @Activate
  public DescribeConfigsHandler(@Reference ControllerService controller) {
    this(controller.runtime(), new JulLogLevels());
  }

  DescribeConfigsHandler(ControllerRuntime controller, LogLevels levels) {
    super(DescribeConfigsRequest.API, DescribeConfigsRequest::new, Access.BY_RESOURCE);
    this.controller = controller;
    this.levels = levels;
    this.views = new ConfigViews(controller.settings());
  }

  @Override
  CompletionStage<DescribeConfigsResponse> answer(Request request, DescribeConfigsRequest message) {
    ClusterImage image = controller.image();
    AnswerMemory memory = new AnswerMemory(request);
    List<DescribeConfigsResult> results = new ArrayList<>(message.resources().size());
    for (DescribeConfigsResource asked : message.resources()) {
      DescribeConfigsResult result = new DescribeConfigsResult().setResourceType(asked.resourceType())
          .setResourceName(asked.resourceName()).setErrorMessage(null);
      try {
        ConfigResource resource = ConfigResources.of(asked.resourceType(), asked.resourceName());
        ConfigResources.checkAccess(request, AclOperation.DESCRIBE_CONFIGS, resource);
        result.setConfigs(configs(image, resource, message, new Wanted(memory, asked.configurationKeys(),
            message.includeSynonyms() ? SETTING_BYTES + SYNONYMS_BYTES : SETTING_BYTES)));
      } catch (RefusedException e) {
        result.setErrorCode(e.error().code()).setErrorMessage(e.getMessage());
      }
      results.add(result);
    }
    return now(new DescribeConfigsResponse().setResults(results));
  }

  /** Which settings of one resource are shown, and the memory for them. */
  private static final class Wanted {
    private final AnswerMemory memory;
    private final Set<String> names;
    private final long bytesEach;

    /** @param names null or empty for all */
    Wanted(AnswerMemory memory, List<String> names, long bytesEach) {
      this.memory = memory;
      this.names = names == null || names.isEmpty() ? null : new HashSet<>(names);
      this.bytesEach = bytesEach;
    }

    /** Whether the setting is wanted. Refuses the resource when there is no memory for it. */
    boolean take(String name) {
      if (names != null && !names.contains(name)) {
        return false;
      }
      if (!memory.take(bytesEach)) {
        throw new RefusedException(Errors.POLICY_VIOLATION, "The answer would need more memory than there is for requests now, see"
            + " margay.request.memory.bytes. Ask for fewer resources or settings at a time.");
      }
      return true;
    }
  }

  @Override
  long answerBytes(Request request, DescribeConfigsRequest message) {
    long bytes = RESOURCE_BYTES * message.resources().size();
    for (DescribeConfigsResource resource : message.resources()) {
      bytes += resource.configurationKeys() == null ? 0 : KEY_BYTES * resource.configurationKeys().size();
    }
    return bytes;
  }

  private List<DescribeConfigsResourceResult> configs(ClusterImage image, ConfigResource resource,
      DescribeConfigsRequest message, Wanted wanted) {
    switch (resource.type()) {
      case TOPIC -> ConfigResources.checkTopic(image, resource.name());
      case BROKER -> ConfigResources.checkSelf(controller.settings().nodeId(), resource.name(), true);
      case BROKER_LOGGER -> ConfigResources.checkSelf(controller.settings().nodeId(), resource.name(), false);
      default -> ConfigResources.checkNotEmpty(resource);
    }
    if (resource.type() == ConfigResource.Type.BROKER_LOGGER) {
      return loggers(wanted);
    } else if (resource.equals(ConfigResource.ALL_BROKERS)) {
      return clusterDefaults(image.config(resource), message, wanted);
    }
    List<DescribeConfigsResourceResult> configs = new ArrayList<>();
    Map<String, String> overrides = resource.type() == ConfigResource.Type.BROKER ? null : image.config(resource);
    for (Setting<?> setting : controller.settings().definitions(ConfigRules.scope(resource.type()))) {
      if (wanted.take(setting.name())) {
        ConfigViews.View view = views.view(setting, overrides);
        if (view.shown()) {
          configs.add(shown(setting, view, message));
        }
      }
    }
    return configs;
  }

  private static DescribeConfigsResourceResult shown(Setting<?> setting, ConfigViews.View view, DescribeConfigsRequest message) {
    DescribeConfigsResourceResult shown = new DescribeConfigsResourceResult().setName(view.name()).setValue(view.value())
        .setReadOnly(view.readOnly()).setConfigSource(view.source()).setIsSensitive(view.sensitive())
        .setConfigType(setting.type().code()).setDocumentation(message.includeDocumentation() ? setting.documentation() : null);
    if (message.includeSynonyms()) {
      List<DescribeConfigsSynonym> synonyms = new ArrayList<>();
      for (Given given : view.given()) {
        if (given.text() != null) {
          synonyms.add(new DescribeConfigsSynonym().setName(given.name()).setValue(view.sensitive() ? null : given.text())
              .setSource(given.source().code()));
        }
      }
      shown.setSynonyms(synonyms);
    }
    return shown;
  }

  /** What was set for all brokers, and nothing else. */
  private List<DescribeConfigsResourceResult> clusterDefaults(Map<String, String> overrides, DescribeConfigsRequest message,
      Wanted wanted) {
    List<DescribeConfigsResourceResult> configs = new ArrayList<>();
    new TreeMap<>(overrides).forEach((name, value) -> {
      Setting<?> setting = controller.settings().definition(Setting.Scope.BROKER, name);
      if (setting != null && wanted.take(name)) {
        NodeSettings.Source source = NodeSettings.Source.DYNAMIC_DEFAULT_BROKER;
        ConfigViews.View view = new ConfigViews.View(name, setting.secret() ? null : value, source.code(), false,
            setting.secret(), List.of(new Given(name, value, source, "")));
        configs.add(shown(setting, view, message));
      }
    });
    return configs;
  }

  private List<DescribeConfigsResourceResult> loggers(Wanted wanted) {
    List<DescribeConfigsResourceResult> configs = new ArrayList<>();
    levels.levels().forEach((name, level) -> {
      if (wanted.take(name)) {
        configs.add(new DescribeConfigsResourceResult().setName(name).setValue(level).setConfigSource(LOGGER_SOURCE)
            .setConfigType(SettingType.STRING.code()).setDocumentation(null));
      }
    });
    return configs;
  }

  @Override
  Message failed(Request request, DescribeConfigsRequest message, Outcome why) {
    return new DescribeConfigsResponse().setResults(message.resources().stream().map(r -> new DescribeConfigsResult()
        .setErrorCode(why.error().code()).setErrorMessage(why.message()).setResourceType(r.resourceType())
        .setResourceName(r.resourceName())).toList());
  }
}
