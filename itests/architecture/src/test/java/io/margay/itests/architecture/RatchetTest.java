package io.margay.itests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/**
 * Limits on the size of files, methods and constructors. {@code ratchet.txt} holds what is above them; its numbers may only go
 * down. It is renewed, which can lower numbers and remove lines only, with
 * {@code mvn -pl itests/architecture test -Dtest=RatchetTest -Darchitecture.write=true}.
 */
class RatchetTest {
  private static final int FILE_LINES = 500;
  private static final int METHOD_LINES = 70;
  private static final int CONSTRUCTOR_PARAMETERS = 7;
  private static final Path FILE = Sources.MODULE.resolve("ratchet.txt");
  private static final String RENEW = "mvn -pl itests/architecture test -Dtest=RatchetTest -Darchitecture.write=true";

  @Test
  void nothingGrowsBeyondTheLimits() throws IOException {
    Map<String, Integer> now = measure();
    Map<String, Integer> allowed = read();
    List<String> wrong = new ArrayList<>();
    now.forEach((what, size) -> {
      Integer limit = allowed.get(what);
      if (limit == null) {
        wrong.add(what + " " + size + ": above the limits of " + FILE_LINES + " lines a file, " + METHOD_LINES + " a method, "
            + CONSTRUCTOR_PARAMETERS + " parameters of a constructor; split it");
      } else if (size > limit) {
        wrong.add(what + " " + size + ": was " + limit + ", and may only shrink");
      } else if (size < limit && !Sources.WRITE) {
        wrong.add(what + " " + size + ": was " + limit + "; keep the gain: " + RENEW);
      }
    });
    allowed.keySet().stream().filter(what -> !now.containsKey(what) && !Sources.WRITE)
        .forEach(what -> wrong.add(what + ": is within the limits now; remove it: " + RENEW));
    assertThat(wrong).isEmpty();
    if (Sources.WRITE) {
      List<String> lines = new ArrayList<>();
      now.forEach((what, size) -> lines.add(what + " " + size));
      Files.write(FILE, lines);
    }
  }

  private static Map<String, Integer> read() throws IOException {
    Map<String, Integer> sizes = new TreeMap<>();
    for (String line : Files.readAllLines(FILE)) {
      int space = line.lastIndexOf(' ');
      sizes.put(line.substring(0, space), Integer.parseInt(line.substring(space + 1)));
    }
    return sizes;
  }

  /** What is above the limits, with its size; names do not hold line numbers, so that they last. */
  private static Map<String, Integer> measure() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    Map<String, Integer> sizes = new TreeMap<>();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null,
          files.getJavaFileObjectsFromPaths(Sources.javaFiles()));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        String name = Sources.ROOT.relativize(Path.of(unit.getSourceFile().toUri())).toString();
        note(sizes, "file " + name, Files.readAllLines(Path.of(unit.getSourceFile().toUri())).size(), FILE_LINES);
        new Sizes(sizes, name, unit, positions).scan(unit, null);
      }
    }
    assertThat(sizes).as("files that were read").isNotNull();
    return sizes;
  }

  private static void note(Map<String, Integer> sizes, String what, int size, int limit) {
    if (size > limit) {
      sizes.merge(what, size, Math::max);
    }
  }

  /** Overloaded methods share a line with the size of the largest. */
  private static final class Sizes extends TreePathScanner<Void, Void> {
    private final Map<String, Integer> sizes;
    private final String file;
    private final CompilationUnitTree unit;
    private final SourcePositions positions;

    Sizes(Map<String, Integer> sizes, String file, CompilationUnitTree unit, SourcePositions positions) {
      this.sizes = sizes;
      this.file = file;
      this.unit = unit;
      this.positions = positions;
    }

    @Override
    public Void visitMethod(MethodTree method, Void nothing) {
      String owner = ((ClassTree) getCurrentPath().getParentPath().getLeaf()).getSimpleName().toString();
      boolean constructor = method.getName().contentEquals("<init>");
      String name = file + " " + owner + "." + (constructor ? "new" : method.getName());
      LineMap lines = unit.getLineMap();
      if (method.getBody() != null) {
        long length = lines.getLineNumber(positions.getEndPosition(unit, method))
            - lines.getLineNumber(positions.getStartPosition(unit, method)) + 1;
        note(sizes, "method " + name, (int) length, METHOD_LINES);
      }
      if (constructor) {
        note(sizes, "constructor " + name, method.getParameters().size(), CONSTRUCTOR_PARAMETERS);
      }
      return super.visitMethod(method, nothing);
    }

    @Override
    public Void visitClass(ClassTree type, Void nothing) {
      if (type.getKind() == Tree.Kind.RECORD) {
        long components = type.getMembers().stream().filter(m -> m instanceof VariableTree v
            && !v.getModifiers().getFlags().contains(Modifier.STATIC)).count();
        note(sizes, "constructor " + file + " " + type.getSimpleName() + ".new", (int) components, CONSTRUCTOR_PARAMETERS);
      }
      return super.visitClass(type, nothing);
    }
  }
}
