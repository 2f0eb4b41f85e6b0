package io.margay.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.io.InputStream;
import java.io.StringReader;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * The file that the distribution ships is made from the definitions of all bundles, so that it never drifts. To make it again:
 * {@code mvn -pl distribution test -Dtest=ShippedFileTest -Dmargay.cfg.write=true}.
 */
class ShippedFileTest {
  private static final Path FILE = Path.of("../etc/margay.cfg");
  private static final Map<String, String> SET = Map.of("listeners", "PLAINTEXT://127.0.0.1:9092");
  /** The sections that come first, in this order; the others follow by title. */
  private static final List<String> FIRST = List.of("Identity and listeners", "Connections and requests", "Log directories",
      "Defaults of topics", "Logs", "Files of logs", "Topics and brokers", "Replicas and fetches", "The metadata log");

  @Test
  void isWhatTheDefinitionsSay() throws Exception {
    String expected = file();
    if (Boolean.getBoolean("margay.cfg.write")) {
      Files.writeString(FILE, expected);
    }
    assertThat(Files.readString(FILE)).isEqualTo(expected);
  }

  @Test
  void everyKeyIsKnownAndEveryDefaultIsValid() throws Exception {
    Map<String, Setting<?>> known = new HashMap<>();
    catalogues().forEach(c -> c.settings().stream().filter(s -> s.scope() == Setting.Scope.BROKER)
        .forEach(s -> known.put(s.name(), s)));
    Properties properties = new Properties();
    properties.load(new StringReader(Files.readString(FILE).replaceAll("(?m)^#(?=[a-z.]+ =)", "")));
    assertThat(properties).hasSizeGreaterThan(80);
    for (String name : properties.stringPropertyNames()) {
      Setting<?> setting = known.get(name);
      assertThat(setting).as(name).isNotNull();
      assertThat(setting.effective()).as(name).isTrue();
      if (!properties.getProperty(name).isEmpty()) {
        setting.parse(properties.getProperty(name));
      }
    }
  }

  private static String file() throws Exception {
    StringBuilder text = new StringBuilder("""
        # Settings of the broker. They have Kafka's names where Kafka has the setting; additional names begin with margay.
        # A line that is commented out shows the default. Changes of this file are applied while the broker runs, except
        # settings marked "At start". Environment variables override this file (KAFKA_LOG_DIRS sets log.dirs,
        # MARGAY_FLUSH_POLICY sets margay.flush.policy), and Kafka's Admin API overrides both. Other settings of Kafka's
        # brokers are accepted; the log lists those that have no effect here. Unknown settings are refused.
        # ${margay.data} and ${margay.home} are replaced with the two directories.
        """);
    for (Catalogue catalogue : catalogues()) {
      StringBuilder section = new StringBuilder();
      for (Setting<?> setting : catalogue.settings()) {
        if (setting.scope() == Setting.Scope.BROKER && setting.effective()) {
          append(section, setting);
        }
      }
      if (section.length() > 0) {
        text.append("\n\n### ").append(catalogue.title()).append('\n').append(section);
      }
    }
    return text.toString();
  }

  /** What the manifests on the class path name, in the order of the file. */
  private static List<Catalogue> catalogues() throws Exception {
    List<Catalogue> catalogues = new ArrayList<>();
    for (URL url : Collections.list(ShippedFileTest.class.getClassLoader().getResources("META-INF/MANIFEST.MF"))) {
      try (InputStream in = url.openStream()) {
        String capabilities = new Manifest(in).getMainAttributes().getValue("Provide-Capability");
        Matcher clause = Pattern.compile("io\\.margay\\.settings;class=\"([\\w.]+)\"").matcher(capabilities == null ? "" : capabilities);
        while (clause.find()) {
          catalogues.add(((SettingDefinitions) Class.forName(clause.group(1)).getConstructor().newInstance()).catalogue());
        }
      }
    }
    catalogues.sort(Comparator.comparingInt((Catalogue c) -> FIRST.contains(c.title()) ? FIRST.indexOf(c.title()) : FIRST.size())
        .thenComparing(Catalogue::title));
    return catalogues;
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
