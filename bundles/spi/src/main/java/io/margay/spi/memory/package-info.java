/**
 * Accounts for memory that is kept for long. A part that keeps such memory registers a {@link io.margay.spi.memory.MemoryUser}. It
 * bounds that memory itself, so nothing here asks it to free any.
 */
@Export
@Version("1.0.0")
package io.margay.spi.memory;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
