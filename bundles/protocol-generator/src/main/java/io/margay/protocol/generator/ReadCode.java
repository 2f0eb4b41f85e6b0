package io.margay.protocol.generator;

import io.margay.protocol.generator.FieldType.Kind;
import java.util.List;

/** Writes the {@code read} method of a message or struct. */
final class ReadCode {
  private final CodeBuffer out;
  private final String owner;
  private final StructSpec struct;
  private final Versions flexible;
  private final Versions known;
  private final StructCosts costs;

  /**
   * @param owner the name that stands in error messages before the field
   * @param known the versions with which the method can be called
   * @param costs what elements of arrays take
   */
  ReadCode(CodeBuffer out, String owner, StructSpec struct, Versions flexible, Versions known, StructCosts costs) {
    this.out = out;
    this.owner = owner;
    this.struct = struct;
    this.flexible = flexible;
    this.known = known;
    this.costs = costs;
  }

  void fields() {
    for (FieldSpec field : struct.fields()) {
      if (field.versions().isEmpty()) {
        continue;
      }
      untagged(field);
    }
    out.line("this.unknownTaggedFields = null;");
    String isFlexible = flexible.condition(known);
    if (!isFlexible.equals("false")) {
      out.when(isFlexible);
      taggedSection();
      out.endWhen(isFlexible);
    }
  }

  private void reset(FieldSpec field) {
    Kind kind = field.type().kind();
    if ((kind == Kind.ARRAY || kind == Kind.STRUCT) && !field.defaultsToNull()) {
      // The message is almost always new: make no second default object.
      out.line("if (%s) {", field.isNotDefault());
      out.line("this.%s = %s;", field.name(), field.defaultExpression());
      out.line("}");
    } else {
      out.line("this.%s = %s;", field.name(), field.defaultExpression());
    }
  }

  private void untagged(FieldSpec field) {
    String condition = field.untaggedVersions().condition(known);
    if (condition.equals("false")) {
      reset(field);
      return;
    }
    out.when(condition);
    value(field, known.intersect(field.untaggedVersions()));
    if (!condition.equals("true")) {
      out.line("} else {");
      reset(field);
      out.line("}");
    }
  }

  private void taggedSection() {
    out.line("int taggedFields = in.readTaggedFieldCount();");
    out.line("for (int t = 0; t < taggedFields; t++) {");
    out.line("int tag = in.readUnsignedVarint();");
    out.line("int end = in.readTaggedFieldEnd();");
    // A tag that the schema knows for other versions only is refused, as unknown it could not be written again.
    List<FieldSpec> tagged = struct.fields().stream().filter(f -> !f.taggedVersions().isEmpty()).toList();
    if (tagged.isEmpty()) {
      out.line("this.unknownTaggedFields = in.readUnknownTaggedField(this.unknownTaggedFields, tag, end);");
      out.line("}");
      return;
    }
    String start = "if";
    for (FieldSpec field : tagged) {
      String condition = field.taggedVersions().condition(known.intersect(flexible));
      out.line("%s (tag == %d) {", start, field.tag());
      if (!condition.equals("true")) {
        out.line("if (%s) {", condition.equals("false") ? "true" : "!(" + condition + ")");
        out.line("throw new MalformedMessageException(\"%s.%s has no tag in version \" + version);", owner, field.name());
        out.line("}");
      }
      value(field, known.intersect(field.taggedVersions()));
      out.line("in.endTaggedField(end, \"%s.%s\");", owner, field.name());
      start = "} else if";
    }
    out.line("} else {");
    out.line("this.unknownTaggedFields = in.readUnknownTaggedField(this.unknownTaggedFields, tag, end);");
    out.line("}");
    out.line("}");
  }

  private void value(FieldSpec field, Versions here) {
    String nullable = field.nullableVersions().condition(here);
    String compact = field.flexibleVersions().condition(here);
    String label = owner + "." + field.name();
    switch (field.type().kind()) {
      case ARRAY -> array(field, compact, nullable, label);
      case STRUCT -> structValue(field, here, nullable);
      default -> out.line("this.%s = %s;", field.name(), scalar(field.type(), compact, nullable, label));
    }
  }

  private void structValue(FieldSpec field, Versions here, String nullable) {
    if (!nullable.equals("false")) {
      // Null is a negative int8, but a varint of 0 when the field is tagged.
      String isNull = field.taggedVersions().contains(here) ? "in.readUnsignedVarint() <= 0" : "in.readByte() < 0";
      out.line("if (%s%s) {", nullable.equals("true") ? "" : nullable + " && ", isNull);
      out.line("this.%s = null;", field.name());
      out.line("} else {");
    }
    out.line("this.%s = new %s();", field.name(), field.type().struct());
    out.line("this.%s.read(in, version);", field.name());
    if (!nullable.equals("false")) {
      out.line("}");
    }
  }

  private void array(FieldSpec field, String compact, String nullable, String label) {
    FieldType element = field.type().element();
    String count = field.name() + "Count";
    String list = field.name() + "List";
    out.line("int %s = in.readArrayCount(%s, %s, %d, \"%s\");", count, compact, nullable, costs.elementBytes(element), label);
    if (!nullable.equals("false")) {
      out.line("if (%s < 0) {", count);
      out.line("this.%s = null;", field.name());
      out.line("} else {");
    }
    out.line("ArrayList<%s> %s = new ArrayList<>(MessageReader.initialCapacity(%s));", element.boxed(), list, count);
    out.line("for (int i = 0; i < %s; i++) {", count);
    if (element.kind() == Kind.STRUCT) {
      out.line("%s element = new %s();", element.struct(), element.struct());
      out.line("element.read(in, version);");
      out.line("%s.add(element);", list);
    } else {
      out.line("%s.add(%s);", list, scalar(element, compact, "false", label));
    }
    out.line("}");
    out.line("this.%s = %s;", field.name(), list);
    if (!nullable.equals("false")) {
      out.line("}");
    }
  }

  private static String scalar(FieldType type, String compact, String nullable, String label) {
    String method = "in.read" + type.kind().method();
    return type.kind().hasLength() ? String.format("%s(%s, %s, \"%s\")", method, compact, nullable, label) : method + "()";
  }
}
