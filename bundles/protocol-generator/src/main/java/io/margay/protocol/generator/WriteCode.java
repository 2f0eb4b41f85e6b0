package io.margay.protocol.generator;

import io.margay.protocol.generator.FieldType.Kind;
import java.util.Comparator;
import java.util.List;

/** Writes the {@code write} method of a message or struct. */
final class WriteCode {
  private final CodeBuffer out;
  private final String owner;
  private final StructSpec struct;
  private final Versions flexible;
  private final Versions known;

  /** The parameters are those of {@link ReadCode}, without the costs. */
  WriteCode(CodeBuffer out, String owner, StructSpec struct, Versions flexible, Versions known) {
    this.out = out;
    this.owner = owner;
    this.struct = struct;
    this.flexible = flexible;
    this.known = known;
  }

  void fields() {
    String isFlexible = flexible.condition(known);
    List<FieldSpec> tagged = struct.fields().stream().filter(f -> !f.taggedVersions().isEmpty())
        .sorted(Comparator.comparingInt(FieldSpec::tag)).toList();
    for (FieldSpec field : struct.fields()) {
      field(field);
    }
    if (isFlexible.equals("false")) {
      unknownWithoutSection();
      return;
    }
    out.when(isFlexible);
    taggedSection(tagged);
    if (!isFlexible.equals("true")) {
      out.line("} else {");
      unknownWithoutSection();
      out.line("}");
    }
  }

  private void field(FieldSpec field) {
    Versions untagged = field.untaggedVersions().intersect(known);
    if (!untagged.isEmpty()) {
      String condition = untagged.condition(known);
      out.when(condition);
      value(field, untagged);
      out.endWhen(condition);
    }
    String present = field.versions().condition(known);
    if (!present.equals("true") && !field.ignorable()) {
      refuse(field, present.equals("false") ? field.isNotDefault() : "!(" + present + ") && " + field.isNotDefault());
    }
  }

  private void refuse(FieldSpec field, String condition) {
    out.line("if (%s) {", condition);
    out.line("throw UnsupportedMessageVersionException.field(\"%s.%s\", version);", owner, field.name());
    out.line("}");
  }

  private void unknownWithoutSection() {
    out.line("if (this.unknownTaggedFields != null && !this.unknownTaggedFields.isEmpty()) {");
    out.line("throw UnsupportedMessageVersionException.field(\"%s.unknownTaggedFields\", version);", owner);
    out.line("}");
  }

  private void taggedSection(List<FieldSpec> tagged) {
    if (tagged.isEmpty()) {
      out.line("out.writeUnknownTaggedFieldsOnly(this.unknownTaggedFields);");
      return;
    }
    out.line("int taggedFields = this.unknownTaggedFields == null ? 0 : this.unknownTaggedFields.size();");
    for (FieldSpec field : tagged) {
      out.line("if (%s) {", isWritten(field));
      out.line("taggedFields++;");
      out.line("}");
    }
    out.line("out.writeUnsignedVarint(taggedFields);");
    out.line("if (taggedFields > 0) {");
    out.line("int unknown = 0;");
    for (FieldSpec field : tagged) {
      out.line("if (%s) {", isWritten(field));
      out.line("unknown = out.writeUnknownTaggedFields(this.unknownTaggedFields, unknown, %d);", field.tag());
      out.line("out.writeUnsignedVarint(%d);", field.tag());
      out.line("int start = out.beginTaggedField();");
      value(field, known.intersect(field.taggedVersions()));
      out.line("out.endTaggedField(start);");
      out.line("}");
    }
    out.line("out.writeUnknownTaggedFields(this.unknownTaggedFields, unknown, Integer.MAX_VALUE);");
    out.line("}");
  }

  private String isWritten(FieldSpec field) {
    // Inside the section the version is flexible, which narrows what is known.
    String condition = field.taggedVersions().condition(known.intersect(flexible));
    return condition.equals("true") ? field.isNotDefault() : condition + " && " + field.isNotDefault();
  }

  private void value(FieldSpec field, Versions here) {
    String nullable = field.nullableVersions().condition(here);
    String compact = field.flexibleVersions().condition(here);
    String value = "this." + field.name();
    String label = owner + "." + field.name();
    switch (field.type().kind()) {
      case ARRAY -> array(field, compact, nullable, label);
      case STRUCT -> structValue(field, here, nullable);
      default -> out.line("%s;", scalar(field.type(), value, compact, nullable, label));
    }
  }

  private void structValue(FieldSpec field, Versions here, String nullable) {
    String value = "this." + field.name();
    boolean tagged = field.taggedVersions().contains(here);
    String marker = tagged ? "out.writeUnsignedVarint(%s == null ? 0 : 1);" : "out.writeByte((byte) (%s == null ? -1 : 1));";
    if (nullable.equals("false")) {
      out.line("%s.write(out, version);", value);
      return;
    }
    out.when(nullable);
    out.line(marker, value);
    out.endWhen(nullable);
    out.line("if (%s%s != null) {", nullable.equals("true") ? "" : "!(" + nullable + ") || ", value);
    out.line("%s.write(out, version);", value);
    out.line("}");
  }

  private void array(FieldSpec field, String compact, String nullable, String label) {
    FieldType element = field.type().element();
    String list = field.name() + "List";
    out.line("%s %s = this.%s;", field.type().java(), list, field.name());
    out.line("out.writeArrayCount(%s, %s, %s, \"%s\");", list, compact, nullable, label);
    if (!nullable.equals("false")) {
      out.line("if (%s != null) {", list);
    }
    out.line("for (int i = 0, n = %s.size(); i < n; i++) {", list);
    if (element.kind() == Kind.STRUCT) {
      out.line("%s.get(i).write(out, version);", list);
    } else {
      out.line("%s;", scalar(element, list + ".get(i)", compact, "false", label));
    }
    out.line("}");
    if (!nullable.equals("false")) {
      out.line("}");
    }
  }

  private static String scalar(FieldType type, String value, String compact, String nullable, String label) {
    String method = "out.write" + type.kind().method();
    return type.kind().hasLength()
        ? String.format("%s(%s, %s, %s, \"%s\")", method, value, compact, nullable, label)
        : method + "(" + value + ")";
  }
}
