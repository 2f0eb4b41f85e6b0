package io.margay.mirror.internal;

import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;

/**
 * A link of this node alone, from Configuration Admin: {@code etc/io.margay.mirror-NAME.cfg}, or any other source of factory configurations.
 * The fields are read as they are, because a field that is unknown is refused by name.
 */
@Component(service = LinkFile.class, configurationPid = LinkFile.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class LinkFile {
  static final String PID = "io.margay.mirror";
  private static final String FILE = "felix.fileinstall.filename";

  private final String name;
  private final String origin;
  private final SortedMap<String, String> fields = new TreeMap<>();

  /** @param properties the fields, and what Configuration Admin and its tools add */
  @Activate
  public LinkFile(Map<String, Object> properties) {
    Object file = properties.get(FILE);
    String fileName = file == null ? null : Path.of(file.toString().replaceFirst("^file:/*", "/")).getFileName().toString();
    String pid = String.valueOf(properties.get("service.pid"));
    if (fileName != null && fileName.startsWith(PID + "-") && fileName.lastIndexOf('.') > PID.length()) {
      name = fileName.substring(PID.length() + 1, fileName.lastIndexOf('.'));
    } else {
      name = pid.contains("~") ? pid.substring(pid.indexOf('~') + 1) : pid.replaceFirst("^" + PID + "\\.", "");
    }
    origin = fileName == null ? "configuration " + pid : fileName;
    properties.forEach((field, value) -> {
      if (!field.startsWith("service.") && !field.startsWith("felix.") && !field.startsWith("component.") && !field.startsWith("osgi.")
          && !field.startsWith("org.apache.karaf.") && !field.startsWith(".")) {
        fields.put(field, String.valueOf(value).strip());
      }
    });
  }

  /** The link's name. */
  String name() {
    return name;
  }

  /** Where it is defined, for people. */
  String origin() {
    return origin;
  }

  /** The fields as they were given. */
  SortedMap<String, String> fields() {
    return fields;
  }
}
