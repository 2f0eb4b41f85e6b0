package io.margay.spi.audit;

import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Takes recorded events. A service with the property {@code name}; those that {@code margay.audit.sinks} lists are used, and come and go while the
 * broker runs.
 */
@ConsumerType
public interface AuditSink {
  /**
   * An event with its JSON text.
   *
   * @param event the event
   * @param json one line in UTF-8, without its end; the sink must not change it
   */
  record Line(AuditEvent event, byte[] json) { }

  /**
   * Writes events. Called by one thread at a time, and not again before the last call has completed. It may block for as long as the write of
   * a file takes.
   *
   * @param lines in order
   * @return completes when they are written; exceptionally when none of them is, and then they are offered again later
   */
  CompletionStage<Void> write(List<Line> lines);
}
