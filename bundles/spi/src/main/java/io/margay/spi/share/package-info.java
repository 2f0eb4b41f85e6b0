/**
 * The state of share partitions, as the coordinator of groups sees it. A share partition is a partition as one share group consumes it; its
 * state says where the group starts to read and what it has acknowledged beyond that. The share coordinator keeps it.
 */
@Export
@Version("1.0.0")
package io.margay.spi.share;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
