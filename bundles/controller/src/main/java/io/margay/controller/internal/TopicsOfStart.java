package io.margay.controller.internal;

import io.margay.protocol.Errors;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the topics of {@code margay.create.topics} once this broker is registered. What cannot be created is reported in one line
 * each; the node serves all the same. A topic that a user has deleted since is created again when the node starts.
 */
@Component(service = {}, immediate = true)
public final class TopicsOfStart {
  private static final Logger LOG = LoggerFactory.getLogger(TopicsOfStart.class);

  /**
   * @param controller creates the topics
   * @param settings names them
   */
  @Activate
  public TopicsOfStart(@Reference Controller controller, @Reference NodeSettings settings) {
    List<String> topics = settings.get(ControllerSettings.MARGAY_CREATE_TOPICS);
    if (!topics.isEmpty()) {
      controller.whenRegistered().thenRun(() -> topics.forEach(topic -> create(controller, topic.split(":"))));
    }
  }

  private static void create(Controller controller, String[] topic) {
    int partitions = topic.length > 1 ? Integer.parseInt(topic[1]) : -1;
    int replicas = topic.length > 2 ? Integer.parseInt(topic[2]) : -1;
    Map<String, String> configs = topic.length > 3 ? Map.of("cleanup.policy", topic[3]) : Map.of();
    controller.createTopic(topic[0], partitions, replicas, configs, false).whenComplete((error, failure) -> {
      if (failure != null) {
        LOG.error("Cannot create a topic of margay.create.topics topic={}", topic[0], failure);
      } else if (error == Errors.NONE) {
        LOG.info("Created a topic of margay.create.topics topic={}", topic[0]);
      } else if (error != Errors.TOPIC_ALREADY_EXISTS) {
        LOG.error("Cannot create a topic of margay.create.topics topic={} errorCode={}", topic[0], error);
      }
    });
  }
}
