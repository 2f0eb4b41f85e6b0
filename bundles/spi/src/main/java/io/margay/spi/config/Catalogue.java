package io.margay.spi.config;

import java.util.ArrayList;
import java.util.List;

/**
 * The settings of one part in the order in which they are defined. A part's catalogue is filled while the class that holds it is
 * initialised, and does not change afterwards:
 *
 * <pre>{@code
 * private static final Catalogue ALL = new Catalogue("Groups and their offsets");
 * static final Setting<Integer> GROUP_MAX_SIZE = ALL.broker(INT, "group.max.size", 1000).from(1).live()
 *     .doc("Members of a group at most.");
 * }</pre>
 */
public final class Catalogue {
  private final String title;
  private final List<Setting<?>> settings = new ArrayList<>();

  /** @param title what the settings are about, the heading of their section in {@code etc/margay.cfg} */
  public Catalogue(String title) {
    this.title = title;
  }

  /** @return what the settings are about */
  public String title() {
    return title;
  }

  /** @return the settings in the order of their definition */
  public List<Setting<?>> settings() {
    return List.copyOf(settings);
  }

  /**
   * Begins the definition of a setting of the broker that takes effect at the start.
   *
   * @param type its type
   * @param name its name
   * @param defaultValue its default, or null
   * @param <T> the type of its values
   * @return completed by {@link Definition#doc}
   */
  public <T> Definition<T> broker(SettingType<T> type, String name, T defaultValue) {
    return new Definition<>(this, Setting.Scope.BROKER, Setting.Update.AT_START, type, name, defaultValue);
  }

  /**
   * Begins the definition of a setting of topics.
   *
   * @param type its type
   * @param name its name
   * @param defaultValue its default, or null
   * @param <T> the type of its values
   * @return completed by {@link Definition#doc}
   */
  public <T> Definition<T> topic(SettingType<T> type, String name, T defaultValue) {
    return new Definition<>(this, Setting.Scope.TOPIC, Setting.Update.CLUSTER_WIDE, type, name, defaultValue);
  }

  /**
   * Begins the definition of a setting of groups.
   *
   * @param type its type
   * @param name its name
   * @param defaultValue its default, or null
   * @param <T> the type of its values
   * @return completed by {@link Definition#doc}
   */
  public <T> Definition<T> group(SettingType<T> type, String name, T defaultValue) {
    return new Definition<>(this, Setting.Scope.GROUP, Setting.Update.CLUSTER_WIDE, type, name, defaultValue);
  }

  /**
   * Begins the definition of a setting of subscriptions to metrics of clients.
   *
   * @param type its type
   * @param name its name
   * @param defaultValue its default, or null
   * @param <T> the type of its values
   * @return completed by {@link Definition#doc}
   */
  public <T> Definition<T> clientMetrics(SettingType<T> type, String name, T defaultValue) {
    return new Definition<>(this, Setting.Scope.CLIENT_METRICS, Setting.Update.CLUSTER_WIDE, type, name, defaultValue);
  }

  private <T> Setting<T> add(Setting<T> setting) {
    settings.add(setting);
    return setting;
  }

  /**
   * A definition under construction.
   *
   * @param <T> the type of the setting's values
   */
  public static final class Definition<T> {
    private final Catalogue catalogue;
    private final SettingType<T> type;
    private final String name;
    private final T defaultValue;
    private final Setting.Scope scope;
    private SettingCheck check = SettingCheck.ANY;
    private Setting.Update update;
    private boolean effective = true;
    private List<String> synonyms = List.of();

    private Definition(Catalogue catalogue, Setting.Scope scope, Setting.Update update, SettingType<T> type, String name,
        T defaultValue) {
      this.catalogue = catalogue;
      this.scope = scope;
      this.update = update;
      this.type = type;
      this.name = name;
      this.defaultValue = defaultValue;
    }

    /**
     * @param min the smallest number that is valid
     * @return this
     */
    public Definition<T> from(long min) {
      check = new SettingCheck("a number of at least " + min, min, null, List.of(), null);
      return this;
    }

    /**
     * @param min the smallest number that is valid
     * @param maxInclusive the largest one
     * @return this
     */
    public Definition<T> range(long min, long maxInclusive) {
      check = new SettingCheck("a number from " + min + " to " + maxInclusive, min, maxInclusive, List.of(), null);
      return this;
    }

    /**
     * @param values the texts that the value, or each element of a list, must be one of
     * @return this
     */
    public Definition<T> in(String... values) {
      List<String> options = List.of(values);
      check = new SettingCheck(type == SettingType.LIST ? "a list of " + words(options) : words(options), null, null, options, null);
      return this;
    }

    /**
     * @param pattern a regular expression that the whole text must match; elements of a list are separated by a comma alone
     * @param allowed describes the texts that match, for messages
     * @return this
     */
    public Definition<T> matching(String pattern, String allowed) {
      check = new SettingCheck(allowed, null, null, List.of(), pattern);
      return this;
    }

    /**
     * A change takes effect at once, for all brokers or one.
     *
     * @return this
     */
    public Definition<T> live() {
      update = Setting.Update.CLUSTER_WIDE;
      return this;
    }

    /**
     * A change takes effect at once, for one broker.
     *
     * @return this
     */
    public Definition<T> perBroker() {
      update = Setting.Update.PER_BROKER;
      return this;
    }

    /**
     * The setting is accepted but has no effect.
     *
     * @return this
     */
    public Definition<T> inert() {
      effective = false;
      return this;
    }

    /**
     * @param names see {@link Setting#synonyms}
     * @return this
     */
    public Definition<T> synonyms(String... names) {
      synonyms = List.of(names);
      return this;
    }

    /**
     * Completes the definition and adds it to the catalogue.
     *
     * @param documentation a few sentences, with the unit
     * @return the setting
     */
    public Setting<T> doc(String documentation) {
      return catalogue.add(new Setting<>(name, type, defaultValue, check, scope, update, effective, synonyms, documentation));
    }

    private static String words(List<String> allowed) {
      return allowed.size() == 1 ? allowed.get(0)
          : String.join(", ", allowed.subList(0, allowed.size() - 1)) + " or " + allowed.get(allowed.size() - 1);
    }
  }
}
