package io.margay.controller.internal.handlers;

import io.margay.controller.internal.LogLevels;
import io.margay.controller.internal.Texts;
import io.margay.controller.internal.state.Command.ConfigEdit;
import io.margay.controller.internal.state.Command.Operation;
import io.margay.controller.internal.state.RefusedException;
import io.margay.protocol.Errors;
import java.util.List;
import java.util.Set;

/** Changes log levels of this broker. They belong to the process and are not written to the metadata log. */
final class LoggerConfigs {
  private static final Set<String> ALLOWED = Set.of("FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE");

  private LoggerConfigs() { }

  /** Checks all edits before the first takes effect. */
  static void alter(LogLevels levels, List<ConfigEdit> edits, boolean validateOnly) {
    for (ConfigEdit edit : edits) {
      check(levels, edit);
    }
    if (validateOnly) {
      return;
    }
    for (ConfigEdit edit : edits) {
      if (edit.operation() == Operation.SET) {
        levels.set(edit.name(), edit.value());
      } else {
        levels.unset(edit.name());
      }
    }
  }

  private static void check(LogLevels levels, ConfigEdit edit) {
    if (edit.operation() == Operation.APPEND || edit.operation() == Operation.SUBTRACT) {
      throw new RefusedException(Errors.INVALID_REQUEST,
          edit.operation() + " operation is not allowed for the BROKER_LOGGER resource");
    }
    if (!levels.exists(edit.name())) {
      throw new RefusedException(Errors.INVALID_CONFIG, "Logger " + Texts.shown(edit.name()) + " does not exist!");
    }
    if (edit.operation() == Operation.SET && (edit.value() == null || !ALLOWED.contains(edit.value()))) {
      throw new RefusedException(Errors.INVALID_CONFIG, "Cannot set the log level of " + edit.name() + " to " + Texts.shown(edit.value())
          + " as it is not a supported log level: expected FATAL, ERROR, WARN, INFO, DEBUG or TRACE");
    }
    if (edit.operation() == Operation.DELETE && edit.name().equals(LogLevels.ROOT)) {
      throw new RefusedException(Errors.INVALID_REQUEST,
          "Removing the log level of the " + LogLevels.ROOT + " logger is not allowed");
    }
  }
}
