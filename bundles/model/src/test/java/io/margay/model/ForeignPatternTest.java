package io.margay.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignPatternTest {
  @Test
  void matchesTheWholeText() {
    ForeignPattern pattern = ForeignPattern.of("orders-[0-9]+");
    assertThat(pattern.matches("orders-12")).isTrue();
    assertThat(pattern.matches("my-orders-12")).isFalse();
    assertThat(pattern.matches("orders-12x")).isFalse();
    assertThat(pattern).hasToString("orders-[0-9]+");
  }

  /** The JDK's engine would need more steps than there are atoms. */
  @Test
  void takesTimeInProportionToTheText() {
    assertThat(ForeignPattern.of("(a+)+(b|a+)*c").matches("a".repeat(20_000))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"(", "[a", "(?=a)", "(a)\\1", "a{1001}"})
  void refusesWhatIsNoExpressionOfRe2(String expression) {
    assertThatThrownBy(() -> ForeignPattern.of(expression)).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not a regular expression of RE2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"((a{100}){100}){100}", "((((((((((x{2}){2}){2}){2}){2}){2}){2}){2}){2}){2}){1000}", "(\\pL{999}){999}"})
  void refusesNestedRepetitions(String expression) {
    assertThatThrownBy(() -> ForeignPattern.of(expression)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("too large");
  }

  @Test
  void takesRepetitionsThatAreNotNested() {
    assertThat(ForeignPattern.of("a{100}b{100}c{100}[{]{2}(x{20}y){30}\\{")
        .matches("a".repeat(100) + "b".repeat(100) + "c".repeat(100) + "{{" + ("x".repeat(20) + "y").repeat(30) + "{")).isTrue();
  }

  @Test
  void refusesLongExpressions() {
    assertThat(ForeignPattern.of("a".repeat(ForeignPattern.MAX_LENGTH)).matches("b")).isFalse();
    assertThatThrownBy(() -> ForeignPattern.of("a".repeat(ForeignPattern.MAX_LENGTH + 1))).hasMessageContaining("at most 1024");
  }
}
