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
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** DescribeConfigs (32): every setting of topics, of this broker, of groups, and the log levels of this broker. */
@Component(service = ApiHandler.class)
public final class DescribeConfigsHandler extends AdminHandler<DescribeConfigsRequest> {
  private static final byte LOGGER_SOURCE = 6;

  private final ControllerRuntime controller;
  private final LogLevels levels;
  private final ConfigViews views;

  /** @param controller the controller */
  @Activate
  public DescribeConfigsHandler(@Reference ControllerService controller) {
    this(controller.runtime(), new JulLogLevels());
  }

  DescribeConfigsHandler(ControllerRuntime controller, LogLevels levels) {
    super(DescribeConfigsRequest.API, DescribeConfigsRequest::new);
    this.controller = controller;
    this.levels = levels;
    this.views = new ConfigViews(controller.settings());
  }

  @Override
  CompletionStage<DescribeConfigsResponse> answer(Request request, DescribeConfigsRequest message) {
    ClusterImage image = controller.image();
    List<DescribeConfigsResult> results = new ArrayList<>();
    for (DescribeConfigsResource asked : message.resources()) {
      DescribeConfigsResult result = new DescribeConfigsResult().setResourceType(asked.resourceType())
          .setResourceName(asked.resourceName()).setErrorMessage(null);
      try {
        ConfigResource resource = ConfigResources.of(asked.resourceType(), asked.resourceName());
        List<DescribeConfigsResourceResult> configs = configs(image, resource, message);
        List<String> keys = asked.configurationKeys();
        if (keys != null && !keys.isEmpty()) {
          configs.removeIf(c -> !keys.contains(c.name()));
        }
        result.setConfigs(configs);
      } catch (RefusedException e) {
        result.setErrorCode(e.error().code()).setErrorMessage(e.getMessage());
      }
      results.add(result);
    }
    return now(new DescribeConfigsResponse().setResults(results));
  }

  private List<DescribeConfigsResourceResult> configs(ClusterImage image, ConfigResource resource,
      DescribeConfigsRequest message) {
    switch (resource.type()) {
      case TOPIC -> ConfigResources.checkTopic(image, resource.name());
      case BROKER -> ConfigResources.checkSelf(controller.settings().nodeId(), resource.name(), true);
      case BROKER_LOGGER -> ConfigResources.checkSelf(controller.settings().nodeId(), resource.name(), false);
      default -> ConfigResources.checkNotEmpty(resource);
    }
    if (resource.type() == ConfigResource.Type.BROKER_LOGGER) {
      return loggers();
    } else if (resource.type() == ConfigResource.Type.CLIENT_METRICS) {
      return new ArrayList<>();
    } else if (resource.equals(ConfigResource.ALL_BROKERS)) {
      return clusterDefaults(image.config(resource), message);
    }
    List<DescribeConfigsResourceResult> configs = new ArrayList<>();
    Map<String, String> overrides = resource.type() == ConfigResource.Type.BROKER ? null : image.config(resource);
    for (Setting<?> setting : controller.settings().definitions(ConfigRules.scope(resource.type()))) {
      configs.add(shown(setting, views.view(setting, overrides), message));
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
  private List<DescribeConfigsResourceResult> clusterDefaults(Map<String, String> overrides, DescribeConfigsRequest message) {
    List<DescribeConfigsResourceResult> configs = new ArrayList<>();
    new TreeMap<>(overrides).forEach((name, value) -> {
      Setting<?> setting = controller.settings().definition(Setting.Scope.BROKER, name);
      if (setting != null) {
        NodeSettings.Source source = NodeSettings.Source.DYNAMIC_DEFAULT_BROKER;
        ConfigViews.View view = new ConfigViews.View(name, setting.secret() ? null : value, source.code(), false,
            setting.secret(), List.of(new Given(name, value, source, "")));
        configs.add(shown(setting, view, message));
      }
    });
    return configs;
  }

  private List<DescribeConfigsResourceResult> loggers() {
    List<DescribeConfigsResourceResult> configs = new ArrayList<>();
    levels.levels().forEach((name, level) -> configs.add(new DescribeConfigsResourceResult().setName(name).setValue(level)
        .setConfigSource(LOGGER_SOURCE).setConfigType(SettingType.STRING.code()).setDocumentation(null)));
    return configs;
  }

  @Override
  Message failed(Request request, DescribeConfigsRequest message, Outcome why) {
    return new DescribeConfigsResponse().setResults(message.resources().stream().map(r -> new DescribeConfigsResult()
        .setErrorCode(why.error().code()).setErrorMessage(why.message()).setResourceType(r.resourceType())
        .setResourceName(r.resourceName())).toList());
  }
}
