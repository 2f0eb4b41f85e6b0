package io.margay.controller.internal.handlers;

import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.spi.handler.Request;

/** What a client may do, as answers show it: bits by the codes of the operations. */
final class AuthorizedOperations {
  /** It was not asked for. */
  static final int NOT_ASKED = Integer.MIN_VALUE;

  private AuthorizedOperations() { }

  /** To the cluster; nothing when the client may not see the cluster. */
  static int onCluster(Request request, boolean asked) {
    if (!asked) {
      return NOT_ASKED;
    }
    return request.allowed(AclOperation.DESCRIBE, ResourceType.CLUSTER, Acl.CLUSTER_NAME)
        ? request.allowedOperations(ResourceType.CLUSTER, Acl.CLUSTER_NAME) : 0;
  }

  /** To a topic. */
  static int onTopic(Request request, String topic) {
    return request.allowedOperations(ResourceType.TOPIC, topic);
  }
}
