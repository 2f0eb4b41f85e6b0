package io.margay.config.internal;

import io.margay.config.internal.Layer.Entry;
import io.margay.spi.config.InvalidSettingException;
import io.margay.spi.config.NodeSettings.Given;
import io.margay.spi.config.NodeSettings.Source;
import io.margay.spi.config.Setting;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Finds the value of a setting in layers. The highest layer that has a value wins, and within it the setting's own name wins over
 * its synonyms. Immutable.
 */
final class Resolver {
  private final List<Layer> layers;
  private final Definitions known;

  /**
   * @param layers the highest first
   * @param known the definitions of the settings
   */
  Resolver(List<Layer> layers, Definitions known) {
    this.layers = List.copyOf(layers);
    this.known = known;
  }

  Definitions known() {
    return known;
  }

  List<Layer> layers() {
    return layers;
  }

  /** The value, or the default, or null. A value that cannot be parsed counts as not set; layers are checked before. */
  <T> T resolve(Setting<T> setting, Map<String, String> overrides) {
    String own = overrides.get(setting.name());
    if (own != null) {
      T value = parse(setting, setting, own);
      if (value != null) {
        return value;
      }
    }
    List<String> names = names(setting);
    for (Layer layer : layers) {
      for (String name : names) {
        Entry entry = layer.entries().get(name);
        Setting<?> given = entry == null ? null : defined(setting, name);
        T value = given == null ? null : parse(setting, given, entry.text());
        if (value != null) {
          return value;
        }
      }
    }
    return defaultOf(setting);
  }

  /** The setting's default; where it has none, that of the first synonym that has one. */
  <T> T defaultOf(Setting<T> setting) {
    if (setting.defaultValue() != null) {
      return setting.defaultValue();
    }
    for (String name : setting.synonyms()) {
      Setting<?> synonym = known.broker(name);
      String text = synonym == null ? null : text(synonym);
      if (text != null) {
        return Units.convert(setting, synonym, text);
      }
    }
    return null;
  }

  /** Whether anything but a default gives the setting a value. */
  boolean isSet(Setting<?> setting) {
    return layers.stream().anyMatch(layer -> names(setting).stream().anyMatch(layer.entries()::containsKey));
  }

  /**
   * All places that give a value, in its canonical form: the one in force first, the default last.
   *
   * @param own values for the setting's own name that stand above the layers
   * @param skip a kind of layer that is left out, or null
   */
  List<Given> explain(Setting<?> setting, List<Given> own, Source skip) {
    List<Given> places = new ArrayList<>(own);
    for (Layer layer : layers) {
      for (String name : names(setting)) {
        Entry entry = layer.entries().get(name);
        if (entry != null && layer.source() != skip) {
          Setting<?> given = defined(setting, name);
          String text = given == null ? entry.text() : given.canonical(entry.text());
          places.add(new Given(name, setting.secret() ? null : text, layer.source(), entry.origin()));
        }
      }
    }
    boolean fromServer = setting.scope() != Setting.Scope.BROKER && !setting.synonyms().isEmpty();
    String defaultName = fromServer ? setting.synonyms().get(0) : setting.name();
    places.add(new Given(defaultName, defaultText(setting), Source.DEFAULT, "default"));
    return List.copyOf(places);
  }

  private <T> String defaultText(Setting<T> setting) {
    return setting.secret() ? null : setting.type().format(defaultOf(setting));
  }

  private static <T> String text(Setting<T> setting) {
    return setting.type().format(setting.defaultValue());
  }

  /** The names under which layers may give the setting a value: a topic's own name means nothing to a broker. */
  private static List<String> names(Setting<?> setting) {
    if (setting.scope() != Setting.Scope.BROKER || setting.synonyms().isEmpty()) {
      return setting.scope() == Setting.Scope.BROKER ? List.of(setting.name()) : setting.synonyms();
    }
    List<String> names = new ArrayList<>();
    names.add(setting.name());
    names.addAll(setting.synonyms());
    return names;
  }

  private Setting<?> defined(Setting<?> setting, String name) {
    return setting.scope() == Setting.Scope.BROKER && name.equals(setting.name()) ? setting : known.broker(name);
  }

  private static <T> T parse(Setting<T> setting, Setting<?> given, String text) {
    try {
      // Kafka's -1 for "give me an id"
      return given.name().equals(IdentitySettings.BROKER_ID.name()) && text.trim().equals("-1") ? null
          : Units.convert(setting, given, text);
    } catch (InvalidSettingException e) {
      return null;
    }
  }
}
