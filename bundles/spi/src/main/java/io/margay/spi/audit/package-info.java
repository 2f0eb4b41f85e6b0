/**
 * What is recorded of changes, failed logins and denied requests.
 *
 * <p>A part that has something to record owns an {@link io.margay.spi.audit.AuditQueue}, and registers it as the service
 * {@link io.margay.spi.audit.AuditSource}. Adding an event never blocks. The bundle that records them drains the sources, and gives the events to each
 * {@link io.margay.spi.audit.AuditSink}. While nobody drains, as during an update, a queue keeps what its bound allows; what it drops is counted,
 * and the count is recorded later. Events of one source keep their order.
 *
 * <p>No event has a secret in it: neither passwords nor keys, nor records, nor values of settings that may be secret.
 */
@Export
@Version("1.1.0")
package io.margay.spi.audit;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
