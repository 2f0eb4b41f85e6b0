package io.margay.groups.internal.consumer;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.group.Topics;
import io.margay.model.ForeignPattern;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up the topics for the regular expressions of subscriptions, in the syntax of RE2, which takes time in proportion to the text. The
 * topics are looked up on another thread: when an expression is new, when topics come or go, and at times. Internal topics never match.
 */
final class PatternOperations {
  private static final Logger LOG = LoggerFactory.getLogger(PatternOperations.class);
  private static final long BUDGET_NANOS = TimeUnit.SECONDS.toNanos(2);
  /** Topics that come one after the other are looked up together. */
  private static final int PAUSE_MS = 1_000;

  private final ShardContext context;
  private final ConsumerConfig config;
  private final Topics topics;
  private final Membership membership;
  private final Background background;

  PatternOperations(ShardContext context, ConsumerConfig config, Topics topics, Membership membership, Background background) {
    this.context = context;
    this.config = config;
    this.topics = topics;
    this.membership = membership;
    this.background = background;
  }

  // ------------------------------------------------------------------------------------------------ checking

  /** @throws CoordinatorException INVALID_REGULAR_EXPRESSION when a new expression is none, or asks for too much */
  void require(Draft draft, String before, String text) {
    if (text.isEmpty() || text.equals(before) || draft.group().patternUsers().containsKey(text)) {
      return;
    }
    if (text.length() > config.patternMaxLength()) {
      throw invalid("it has more characters than margay.groups.consumer.regex.max.length allows");
    }
    if (draft.group().patternUsers().size() >= config.patternsMax()) {
      throw invalid("the group has as many as margay.groups.consumer.regex.max.count allows");
    }
    compile(text);
  }

  private static ForeignPattern compile(String text) {
    try {
      return ForeignPattern.of(text);
    } catch (IllegalArgumentException e) {
      throw invalid(e.getMessage());
    }
  }

  private static CoordinatorException invalid(String why) {
    return new CoordinatorException(Errors.INVALID_REGULAR_EXPRESSION, "SubscribedTopicRegex is not valid: " + why + ".");
  }

  // ------------------------------------------------------------------------------------------------ looking up

  /**
   * Begins to look topics up soon, if that is due.
   *
   * @param sees which topics the client of this member may know of; others do not count for the group, until another member looks them up
   */
  void maybeResolve(Draft draft, Predicate<String> sees, long nowMs) {
    ConsumerGroup group = draft.group();
    Set<String> used = draft.usedPatterns();
    if (!used.isEmpty() && !group.resolving().isUnderWay(nowMs) && isDue(group, used, draft, nowMs)) {
      group.resolving().begins(nowMs);
      String groupId = group.id();
      // an operation of its own: the group is perhaps not there before this one's records are replayed
      context.after(0, now -> begin(groupId, sees, now));
    }
  }

  private boolean isDue(ConsumerGroup group, Set<String> used, Draft draft, long nowMs) {
    if (group.patternsVersion() != topics.version() && nowMs - group.patternsAtMs() >= PAUSE_MS) {
      return true;
    }
    for (String text : used) {
      Pattern pattern = draft.pattern(text);
      if (pattern == null || nowMs - pattern.resolvedAtMs() >= config.patternRefreshIntervalMs()) {
        return true;
      }
    }
    return false;
  }

  private Result<Void> begin(String groupId, Predicate<String> sees, long beginMs) {
    ConsumerGroup group = membership.find(groupId);
    if (group != null) {
      group.resolving().begins(beginMs);
      long version = topics.version();
      List<String> texts = List.copyOf(group.patternUsers().keySet());
      context.defer(() -> background.run(group.resolving().tracked(() -> lookUp(texts, sees)),
          (now, found, nowMs) -> now.patterns().end(groupId, version, found, nowMs)));
    }
    return Membership.NOTHING;
  }

  /** The topics of each expression; those for which there was no time are not in it. */
  private Map<String, Set<String>> lookUp(List<String> texts, Predicate<String> sees) {
    long beganNanos = System.nanoTime();
    Map<String, Set<String>> found = new HashMap<>();
    List<String> names = topics.names();
    for (String text : texts) {
      Set<String> matching = new HashSet<>();
      try {
        ForeignPattern pattern = compile(text);
        for (String name : names) {
          if (matching.size() < config.patternTopicsMax() && pattern.matches(name) && sees.test(name)) {
            matching.add(name);
          }
          if (System.nanoTime() - beganNanos > BUDGET_NANOS) {
            LOG.warn("Regular expressions of a group take too long, some are looked up later. expressions={} topics={}", texts.size(),
                names.size());
            return found;
          }
        }
      } catch (CoordinatorException e) {
        LOG.debug("A regular expression in the log is none, it stands for no topic. reason={}", e.getMessage());
      }
      found.put(text, matching);
    }
    return found;
  }

  private Result<Void> end(String groupId, long version, Map<String, Set<String>> found, long nowMs) {
    ConsumerGroup group = membership.find(groupId);
    if (group == null) {
      return Membership.NOTHING;
    }
    Draft draft = new Draft(group, new ArrayList<>());
    boolean changed = false;
    for (String text : draft.usedPatterns()) {
      Set<String> now = found.get(text);
      Pattern before = draft.pattern(text);
      if (now != null && (before == null || !before.topics().equals(now)
          || nowMs - before.resolvedAtMs() >= config.patternRefreshIntervalMs())) {
        changed |= before == null || !before.topics().equals(now);
        draft.putPattern(text, new Pattern(now, topics.offset(), nowMs));
      }
    }
    if (changed) {
      membership.settle(draft, true, nowMs);
    }
    return Result.<Void>of(draft.records(), null).followedBy(error -> {
      group.resolving().ends();
      if (error == Errors.NONE) {
        group.sawPatterns(version, nowMs);
      }
    });
  }
}
