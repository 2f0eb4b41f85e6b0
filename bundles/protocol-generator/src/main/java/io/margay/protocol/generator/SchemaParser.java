package io.margay.protocol.generator;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads one schema file: JSON with comments. One instance per file. */
final class SchemaParser {
  private static final ObjectMapper JSON = JsonMapper.builder().enable(JsonReadFeature.ALLOW_JAVA_COMMENTS).build();
  private static final Set<String> KEYWORDS = Set.of("abstract", "assert", "boolean", "break", "byte", "case", "catch", "char",
      "class", "const", "continue", "default", "do", "double", "else", "enum", "extends", "final", "finally", "float", "for",
      "goto", "if", "implements", "import", "instanceof", "int", "interface", "long", "native", "new", "package", "private",
      "protected", "public", "return", "short", "static", "strictfp", "super", "switch", "synchronized", "this", "throw",
      "throws", "transient", "try", "void", "volatile", "while", "true", "false", "null");
  private static final Set<String> TAKEN_METHODS = Set.of("hashCode", "toString", "getClass", "notify", "notifyAll", "wait",
      "clone", "finalize", "unknownTaggedFields", "isDefault");
  private static final Set<String> TAKEN_TOP_METHODS = Set.of("apiKey", "lowestVersion", "highestVersion");
  private static final Set<String> TAKEN_CLASSES = Set.of("List", "ArrayList", "Objects", "Arrays", "UUID", "Records", "Message",
      "MessageStruct", "MessageReader", "MessageWriter", "UnknownTaggedField", "Api", "KafkaUuid", "String", "Boolean", "Byte",
      "Short", "Integer", "Long", "Double", "Object", "Override", "MalformedMessageException",
      "UnsupportedMessageVersionException");

  private final Map<String, StructSpec> structs = new LinkedHashMap<>();
  private Versions flexible;

  private SchemaParser() {
  }

  /** The message of {@code file}, or null when it has no version left. */
  static MessageSpec parse(Path file) throws IOException {
    JsonNode root = JSON.readTree(Files.readString(file));
    try {
      return new SchemaParser().message(root);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("schema " + file.getFileName() + ": " + e.getMessage(), e);
    }
  }

  private MessageSpec message(JsonNode root) {
    Versions valid = Versions.parse(text(root, "validVersions"), Versions.NONE);
    if (valid.isEmpty()) {
      return null;
    }
    String name = text(root, "name");
    flexible = Versions.parse(text(root, "flexibleVersions"), Versions.NONE).intersect(valid);
    for (JsonNode common : root.path("commonStructs")) {
      Versions versions = Versions.parse(text(common, "versions"), Versions.ALL).intersect(valid);
      addStruct(text(common, "name"), versions.isEmpty() ? valid : versions, common.path("fields"));
    }
    List<FieldSpec> fields = fields(root.path("fields"), valid);
    for (FieldSpec field : fields) {
      if (TAKEN_TOP_METHODS.contains(field.name())) {
        throw new IllegalArgumentException("field name " + field.name() + " is taken by the Message interface");
      }
    }
    for (StructSpec struct : structs.values()) {
      if (struct.name().equals(name) || TAKEN_CLASSES.contains(struct.name())) {
        throw new IllegalArgumentException("struct name " + struct.name() + " is taken");
      }
    }
    return new MessageSpec(text(root, "type"), root.path("apiKey").asInt(-1), flexible,
        root.path("latestVersionUnstable").asBoolean(false), new StructSpec(name, valid, fields), List.copyOf(structs.values()));
  }

  private void addStruct(String name, Versions versions, JsonNode fields) {
    // Reserve the place first, so that outer structs precede inner ones in the class.
    if (structs.putIfAbsent(name, new StructSpec(name, versions, List.of())) != null) {
      throw new IllegalArgumentException("struct " + name + " is defined twice");
    }
    structs.put(name, new StructSpec(name, versions, fields(fields, versions)));
  }

  private List<FieldSpec> fields(JsonNode nodes, Versions parent) {
    List<FieldSpec> fields = new ArrayList<>();
    for (JsonNode node : nodes) {
      FieldSpec field = field(node, parent);
      fields.add(field);
      String struct = field.type().structName();
      if (struct != null && node.has("fields")) {
        addStruct(struct, field.versions().isEmpty() ? parent : field.versions(), node.path("fields"));
      }
    }
    return fields;
  }

  private FieldSpec field(JsonNode node, Versions parent) {
    String schemaName = text(node, "name");
    String name = Character.toLowerCase(schemaName.charAt(0)) + schemaName.substring(1);
    if (KEYWORDS.contains(name) || TAKEN_METHODS.contains(name)) {
      throw new IllegalArgumentException("field name " + name + " is taken");
    }
    Versions taggedVersions = Versions.parse(text(node, "taggedVersions"), Versions.NONE);
    Versions versions = Versions.parse(text(node, "versions"), taggedVersions).intersect(parent);
    Versions tagged = taggedVersions.intersect(versions);
    int tag = node.path("tag").asInt(-1);
    if (!tagged.isEmpty() && (tag < 0 || !flexible.contains(tagged) || tagged.highest() != versions.highest())) {
      throw new IllegalArgumentException(
          "field " + name + ": no tag, or tagged in versions that are not the last, flexible ones");
    }
    return new FieldSpec(name, FieldType.parse(text(node, "type")), versions,
        Versions.parse(text(node, "nullableVersions"), Versions.NONE).intersect(versions), tagged, tag,
        node.has("flexibleVersions") ? Versions.parse(text(node, "flexibleVersions"), flexible) : flexible,
        node.path("ignorable").asBoolean(false), text(node, "default"));
  }

  /** The text of a member; null when it is absent or JSON's null, which is not the string "null" that some defaults are. */
  private static String text(JsonNode node, String name) {
    return node.hasNonNull(name) ? node.get(name).asText() : null;
  }
}
