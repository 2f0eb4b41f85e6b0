package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.TopicImage;
import io.margay.protocol.Errors;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Subscriptions by regular expression. */
class PatternTest {
  private final GroupsFixture f = new GroupsFixture();

  @BeforeEach
  void topics() {
    topics(Map.of("t", 4, "t2", 2, "u", 3));
  }

  private void topics(Map<String, Integer> counts) {
    f.image = GroupsFixture.imageOf(counts);
    f.groups.onImage(new ClusterDelta(true, Set.copyOf(f.image.topics().values()), Set.<TopicImage>of(), Set.of(), false));
  }

  private TestConsumer consumer(String id, String pattern, String... topics) {
    TestConsumer c = new TestConsumer(f, id, topics);
    c.pattern = pattern;
    return c;
  }

  private void settle(TestConsumer... all) {
    for (int i = 0; i < 4; i++) {
      f.time.advance(1_000);
      for (TestConsumer c : all) {
        c.beat();
      }
    }
  }

  @Test
  void topicsThatMatchAreAssigned() {
    TestConsumer a = consumer("a", "t.*").beat();
    assertThat(a.error).isEqualTo(Errors.NONE);
    assertThat(a.last.heartbeatIntervalMs()).as("it is to ask again soon").isEqualTo(ConsumerSettings.HASTY_MS);
    settle(a);
    assertThat(a.owned).hasSize(6);
    assertThat(a.last.heartbeatIntervalMs()).isEqualTo(ConsumerSettings.HEARTBEAT_MS);
  }

  @Test
  void theWholeNameHasToMatchAndInternalTopicsNeverDo() {
    TestConsumer a = consumer("a", "t");
    settle(a);
    assertThat(a.owned).hasSize(4);
    TestConsumer b = consumer("b", ".*");
    settle(a, b);
    assertThat(a.owned.size() + b.owned.size()).isEqualTo(9);
  }

  @Test
  void topicsThatTheClientMayNotSeeAreLeftOut() {
    TestConsumer a = consumer("a", "t.*");
    a.sees = topic -> !topic.equals("t2");
    settle(a);
    assertThat(a.owned).hasSize(4);
  }

  @Test
  void topicsThatComeAndGoAreNoticed() {
    TestConsumer a = consumer("a", "t[0-9]*", "u");
    settle(a);
    assertThat(a.owned).hasSize(9);
    topics(Map.of("t", 4, "t3", 1, "u", 3));
    settle(a);
    assertThat(a.owned).hasSize(8);
    f.restart();
    topics(Map.of("t3", 1));
    settle(a);
    assertThat(a.owned).hasSize(1);
  }

  @Test
  void whatNobodyUsesIsForgotten() {
    TestConsumer a = consumer("a", "t.*");
    settle(a);
    long used = f.groups.memory().usedBytes();
    TestConsumer b = consumer("b", "u");
    settle(a, b);
    b.leave(-1);
    settle(a);
    assertThat(f.groups.memory().usedBytes()).isEqualTo(used);
    a.send(a.request().setSubscribedTopicRegex("").setSubscribedTopicNames(List.of("u")));
    settle(a);
    assertThat(a.owned).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "(", "x{1001}", "(x{1000}){1000}", "((a{100}){100}){100}", "a{2}(b(c{99}){99}){99}", "(?=x)", "\\1"})
  void whatIsNoExpressionOrTooLargeIsRefused(String pattern) {
    assertThat(consumer("a", pattern).beat().error).isEqualTo(Errors.INVALID_REGULAR_EXPRESSION);
  }

  @Test
  void lengthNumberAndTopicsAreBounded() {
    assertThat(consumer("a", "x".repeat(61)).beat().error).isEqualTo(Errors.INVALID_REGULAR_EXPRESSION);
    TestConsumer[] all = {consumer("a", "a"), consumer("b", "b"), consumer("c", "c")};
    settle(all);
    assertThat(consumer("d", "d").beat().error).isEqualTo(Errors.INVALID_REGULAR_EXPRESSION);
    TestConsumer same = consumer("d", "a");
    assertThat(same.beat().error).isEqualTo(Errors.NONE);
    f.consumer.patternTopicsMax = 2;
    all[0].leave(-1);
    same.leave(-1);
    TestConsumer many = consumer("e", ".*");
    settle(many);
    assertThat(many.owned).as("the first two by name").hasSize(6);
  }

  @Test
  void topicsAreLookedUpAgainAfterThatHasFailed() {
    TestConsumer a = consumer("a", "t.*");
    a.sees = topic -> {
      throw new IllegalStateException("no rights can be looked at");
    };
    settle(a);
    assertThat(a.owned).isEmpty();
    a.sees = topic -> true;
    for (int i = 0; i < 15; i++) {
      settle(a);
    }
    assertThat(a.owned).hasSize(6);
  }

  @Test
  void topicsThatWereFoundButNotWrittenAreLookedUpAgain() {
    TestConsumer a = consumer("a", "t.*");
    settle(a);
    topics(Map.of("t", 4, "t2", 2, "t3", 1));
    f.time.advance(1_000);
    a.beat();
    f.log.failWith = Errors.NOT_ENOUGH_REPLICAS;
    f.time.advance(1);
    f.log.failWith = Errors.NONE;
    settle(a);
    assertThat(a.owned).hasSize(7);
  }
}
