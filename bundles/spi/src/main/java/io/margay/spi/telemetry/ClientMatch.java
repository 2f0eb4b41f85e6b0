package io.margay.spi.telemetry;

import io.margay.model.ForeignPattern;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Which clients a subscription is for: its setting {@code match}, a list of {@code ATTRIBUTE=EXPRESSION}. A client matches when each
 * attribute matches its expression as a whole; without attributes, every client does. Immutable; safe for all threads.
 */
public final class ClientMatch {
  /** Matches every client. */
  public static final ClientMatch ALL = new ClientMatch(new EnumMap<>(Attribute.class));
  /** The setting that has these texts. */
  public static final String SETTING = "match";

  /** What can be asked of a client. In the setting the names are in lower case. */
  public enum Attribute {
    /** The id of its instance, 22 characters. */
    CLIENT_INSTANCE_ID,
    /** The id from its configuration. */
    CLIENT_ID,
    /** What its software calls itself. */
    CLIENT_SOFTWARE_NAME,
    /** The version of its software. */
    CLIENT_SOFTWARE_VERSION,
    /** The address that it comes from, such as 10.0.0.7. */
    CLIENT_SOURCE_ADDRESS,
    /** The port that it comes from. */
    CLIENT_SOURCE_PORT;

    /** @return the name in the setting */
    public String title() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Map<Attribute, ForeignPattern> patterns;

  private ClientMatch(Map<Attribute, ForeignPattern> patterns) {
    this.patterns = patterns;
  }

  /**
   * Reads the setting.
   *
   * @param texts its elements; of two for the same attribute, the later one counts
   * @return the match
   * @throws IllegalArgumentException when an element is not ATTRIBUTE=EXPRESSION, or has an expression that RE2 does not know
   */
  public static ClientMatch parse(List<String> texts) {
    Map<Attribute, ForeignPattern> patterns = new EnumMap<>(Attribute.class);
    for (String text : texts) {
      int at = text.indexOf('=');
      String name = text.substring(0, Math.max(0, at)).trim();
      Attribute attribute = Arrays.stream(Attribute.values()).filter(a -> a.title().equals(name)).findFirst()
          .orElseThrow(() -> new IllegalArgumentException("expected ATTRIBUTE=EXPRESSION with one of the attributes "
              + String.join(", ", Arrays.stream(Attribute.values()).map(Attribute::title).toList())));
      patterns.put(attribute, ForeignPattern.of(text.substring(at + 1).trim()));
    }
    return patterns.isEmpty() ? ALL : new ClientMatch(patterns);
  }

  /**
   * Matches a client.
   *
   * @param client gives the value of an attribute
   * @return whether it matches
   */
  public boolean matches(Function<Attribute, String> client) {
    return patterns.entrySet().stream().allMatch(p -> p.getValue().matches(client.apply(p.getKey())));
  }
}
