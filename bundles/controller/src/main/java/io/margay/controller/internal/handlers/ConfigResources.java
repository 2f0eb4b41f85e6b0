package io.margay.controller.internal.handlers;

import io.margay.controller.internal.Texts;
import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.model.BrokerId;
import io.margay.model.TopicNames;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.spi.handler.Request;

/** Finds out whose settings a request is about. */
final class ConfigResources {
  private ConfigResources() { }

  /**
   * The resource with a code and a name.
   *
   * @throws RefusedException when there is no such kind
   */
  static ConfigResource of(byte type, String name) {
    ConfigResource.Type known = ConfigResource.Type.forCode(type);
    if (known == null) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Unsupported resource type: " + type);
    }
    return new ConfigResource(known, name);
  }

  /**
   * Whether a client may see or change settings of a resource.
   *
   * @param operation DESCRIBE_CONFIGS or ALTER_CONFIGS
   * @throws RefusedException when it may not
   */
  static void checkAccess(Request request, AclOperation operation, ConfigResource resource) {
    boolean allowed = switch (resource.type()) {
      case TOPIC -> request.allowed(operation, ResourceType.TOPIC, resource.name());
      case GROUP -> request.allowed(operation, ResourceType.GROUP, resource.name());
      default -> request.allowed(operation, ResourceType.CLUSTER, Acl.CLUSTER_NAME);
    };
    if (!allowed) {
      Errors error = switch (resource.type()) {
        case TOPIC -> Errors.TOPIC_AUTHORIZATION_FAILED;
        case GROUP -> Errors.GROUP_AUTHORIZATION_FAILED;
        default -> Errors.CLUSTER_AUTHORIZATION_FAILED;
      };
      throw new RefusedException(error, error.message());
    }
  }

  /** Refuses topics that are not there. */
  static void checkTopic(ClusterImage image, String name) {
    String problem = TopicNames.problem(name);
    if (problem != null) {
      throw new RefusedException(Errors.INVALID_TOPIC_EXCEPTION, "Topic name is invalid: " + problem);
    }
    if (image.topic(name) == null) {
      throw new RefusedException(Errors.UNKNOWN_TOPIC_OR_PARTITION, "The topic '" + name + "' does not exist.");
    }
  }

  /** The broker that a resource names. */
  static BrokerId broker(String name) {
    if (!name.matches("\\d{1,9}")) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Broker id must be an integer, but it is: " + Texts.shown(name));
    }
    return new BrokerId(Integer.parseInt(name));
  }

  /** Refuses other brokers than this: only they know their settings. */
  static void checkSelf(BrokerId self, String name, boolean emptyAllowed) {
    if (name.isEmpty() && emptyAllowed) {
      return;
    }
    if (name.isEmpty() || !broker(name).equals(self)) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Unexpected broker id, expected " + self
          + (emptyAllowed ? " or empty string" : "") + ", but received " + Texts.shown(name));
    }
  }

  /** Refuses brokers that are not there; their dynamic settings are in the metadata, so that any node can change them. */
  static void checkRegistered(ClusterImage image, BrokerId self, String name) {
    if (name.isEmpty() || !image.brokers().containsKey(broker(name))) {
      checkSelf(self, name, true);
    }
  }

  static void checkNotEmpty(ConfigResource resource) {
    if (resource.name().isEmpty()) {
      throw new RefusedException(Errors.INVALID_REQUEST, "Resource name must not be empty for type " + resource.type());
    }
  }
}
