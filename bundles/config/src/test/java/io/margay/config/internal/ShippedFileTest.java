package io.margay.config.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.config.ServerSettings;
import io.margay.spi.config.Setting;
import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/**
 * The file that the distribution ships is made from the definitions, so that it never drifts. To make it anew:
 * {@code mvn -pl bundles/config test -Dtest=ShippedFileTest -Dmargay.cfg.write=true}.
 */
class ShippedFileTest {
  private static final Path FILE = Path.of("../../etc/margay.cfg");
  private static final Map<String, String> SET = Map.of("listeners", "PLAINTEXT://127.0.0.1:9092");
  private static final Map<String, String> TITLES = new LinkedHashMap<>();

  static {
    TITLES.put("SettingsNetwork", "Identity, listeners, connections and requests");
    TITLES.put("SettingsLog", "Logs, and the defaults of topics");
    TITLES.put("SettingsReplication", "Topics, replicas and the controller");
    TITLES.put("SettingsGroups", "Groups and their offsets");
    TITLES.put("SettingsTransactions", "Transactions");
    TITLES.put("SettingsSecurity", "Security");
  }

  @Test
  void isWhatTheDefinitionsSay() throws Exception {
    String expected = file();
    if (Boolean.getBoolean("margay.cfg.write")) {
      Files.writeString(FILE, expected);
    }
    assertThat(Files.readString(FILE)).isEqualTo(expected);
  }

  @Test
  void everyKeyIsKnownAndEveryDefaultIsValid() throws IOException {
    Properties properties = new Properties();
    properties.load(new StringReader(Files.readString(FILE).replaceAll("(?m)^#(?=[a-z.]+ =)", "")));
    assertThat(properties).hasSizeGreaterThan(80);
    for (String name : properties.stringPropertyNames()) {
      Setting<?> setting = Definitions.ALL.server(name);
      assertThat(setting).as(name).isNotNull();
      assertThat(setting.effective()).as(name).isTrue();
      if (!properties.getProperty(name).isEmpty()) {
        setting.parse(properties.getProperty(name));
      }
    }
  }

  private static String file() throws IllegalAccessException {
    StringBuilder text = new StringBuilder("""
        # Settings of the broker, with the names that Kafka gives them; names that begin with margay. are its own. A line
        # that is commented out shows the default. A change of this file is applied while the broker runs, but for what is
        # marked "at start". Stronger than this file are variables of the environment (KAFKA_LOG_DIRS sets log.dirs,
        # MARGAY_FLUSH_POLICY sets margay.flush.policy), and settings made with Kafka's Admin API are stronger than both.
        # Other settings of Kafka's brokers may be given too; those that have no effect here are accepted and said so in
        # the log. A setting that nobody knows is refused. ${margay.data} and ${margay.home} are filled in.
        """);
    for (Map.Entry<String, String> title : TITLES.entrySet()) {
      StringBuilder section = new StringBuilder();
      for (Field field : catalogue(title.getKey()).getDeclaredFields()) {
        field.setAccessible(true);
        Setting<?> setting = (Setting<?>) field.get(null);
        if (setting.effective()) {
          append(section, setting);
        }
      }
      if (section.length() > 0) {
        text.append("\n\n### ").append(title.getValue()).append('\n').append(section);
      }
    }
    return text.toString();
  }

  private static Class<?> catalogue(String name) {
    for (Class<?> c : ServerSettings.class.getInterfaces()) {
      if (c.getSimpleName().equals(name)) {
        return c;
      }
    }
    throw new IllegalStateException("there is no catalogue " + name);
  }

  private static <T> void append(StringBuilder text, Setting<T> setting) {
    boolean atStart = setting.update() == Setting.Update.AT_START;
    text.append('\n');
    StringBuilder line = new StringBuilder("#");
    for (String word : (setting.documentation() + (atStart ? " At start." : "")).split(" ")) {
      if (line.length() + word.length() + 1 > 120) {
        text.append(line).append('\n');
        line.setLength(1);
      }
      line.append(' ').append(word);
    }
    String value = SET.get(setting.name());
    String defaultText = setting.type().format(setting.defaultValue());
    text.append(line).append('\n').append(value == null ? "#" : "").append(setting.name()).append(" =");
    String shown = value != null ? value : defaultText == null ? "" : defaultText;
    text.append(shown.isEmpty() ? "" : " " + shown).append('\n');
  }
}
