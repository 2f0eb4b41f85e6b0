package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Describes groups: those that the client may describe, and those of them whose topics it may describe. A group that is named twice is
 * described once, so that the answer is never larger than all groups.
 *
 * @param <Q> the request's message
 * @param <G> a described group
 */
abstract class DescribeEachHandler<Q extends Message, G> extends GroupHandler<Q> {
  DescribeEachHandler(Api api, Supplier<Q> type) {
    super(api, type);
  }

  /** The groups that a request names. */
  abstract List<String> ids(Q query);

  /** Whether the answer is to say what the client may do. */
  abstract boolean wantsOperations(Q query, short version);

  /** Asks the coordinator. */
  abstract CompletableFuture<List<G>> describe(Q query, Collection<String> ids, short version, AnswerMemory memory);

  /** A group that cannot be described. */
  abstract G failed(String groupId, Errors error, String why);

  /** The group's id when it is described, else null. */
  abstract String described(G group);

  /** Says what the client may do. */
  abstract void setOperations(G group, int operations);

  /** The topics that a described group shows. */
  abstract Stream<String> topics(G group);

  /** The answer. */
  abstract Message response(List<G> groups);

  @Override
  final Errors denial(Q query, Request request) {
    return Errors.NONE; // each group is checked by itself
  }

  @Override
  final CompletionStage<? extends Message> serve(Q query, Request request, long bytes) {
    Set<String> seen = new LinkedHashSet<>();
    List<G> answers = new ArrayList<>();
    for (String id : new LinkedHashSet<>(ids(query))) {
      if (unlessAllowed(request, AclOperation.DESCRIBE, id) == Errors.NONE) {
        seen.add(id);
      } else {
        answers.add(failed(id, Errors.GROUP_AUTHORIZATION_FAILED, Errors.GROUP_AUTHORIZATION_FAILED.message()));
      }
    }
    boolean operations = wantsOperations(query, request.version());
    return describe(query, seen, request.version(), new AnswerMemory(request::reserve)).thenApply(found -> {
      found.forEach(g -> answers.add(shown(g, operations, request)));
      return response(answers);
    });
  }

  private G shown(G group, boolean operations, Request request) {
    String id = described(group);
    if (id == null) {
      return group;
    }
    if (!topics(group).allMatch(t -> request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, t))) {
      return failed(id, Errors.TOPIC_AUTHORIZATION_FAILED,
          "The group has described topic(s) that the client is not authorized to describe.");
    }
    if (operations) {
      setOperations(group, request.allowedOperations(ResourceType.GROUP, id));
    }
    return group;
  }

  @Override
  final int elements(Q query) {
    return ids(query).size();
  }

  @Override
  final int elementBytes() {
    return 300;
  }

  @Override
  final Message error(Q query, Errors error, short version) {
    return response(new ArrayList<>(ids(query).stream().map(id -> failed(id, error, error.message())).toList()));
  }
}
