package io.margay.audit.internal;

import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditQueue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleListener;

/**
 * What becomes of bundles: from the history of the bundle {@code deploy}, which knows who asked for it, and from the framework, which tells of every
 * bundle that is installed, updated or uninstalled, by whatever means. What happened before the last start of this node is not recorded again.
 */
final class BundleChanges implements BundleListener {
  /** Where {@code deploy} installs manifests to try them. */
  private static final String TRIAL = "io.margay.deploy.trial:";

  private final AuditQueue queue;
  private final String user;
  /** The number of the last deployment that is known; -1 before the first look. Guarded by this. */
  private long lastId;

  /**
   * @param user whose process this is
   * @param lastId number of the last deployment that is recorded, -1 for those that are there at the first look
   */
  BundleChanges(AuditQueue queue, String user, long lastId) {
    this.queue = queue;
    this.user = user;
    this.lastId = lastId;
  }

  @Override
  public void bundleChanged(BundleEvent event) {
    String action = switch (event.getType()) {
      case BundleEvent.INSTALLED -> "install";
      case BundleEvent.UPDATED -> "update";
      case BundleEvent.UNINSTALLED -> "uninstall";
      default -> null;
    };
    Bundle bundle = event.getBundle();
    if (action != null && !bundle.getLocation().startsWith(TRIAL)) {
      queue.add(AuditEvent.of(queue.nowMs(), AuditEvent.Kind.DEPLOYMENT, action, new AuditEvent.Actor("Process:" + user, "", "", ""),
          new AuditEvent.Resource("bundle", String.valueOf(bundle.getSymbolicName())), AuditEvent.OK, 1,
          Map.of("version", String.valueOf(bundle.getVersion()))));
    }
  }

  /** Looks for deployments that have ended since the last look. */
  synchronized void look(Supplier<?> history) {
    List<Map<?, ?>> entries = new ArrayList<>();
    if (history.get() instanceof List<?> list) {
      list.forEach(e -> entries.add((Map<?, ?>) e));
    }
    boolean first = lastId < 0;
    long known = lastId;
    for (Map<?, ?> entry : entries) {
      long id = ((Number) entry.get("id")).longValue();
      lastId = Math.max(lastId, id);
      if (!first && id > known) {
        record(entry);
      }
    }
    lastId = Math.max(lastId, 0);
  }

  private void record(Map<?, ?> entry) {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("id", String.valueOf(entry.get("id")));
    details.put("began", String.valueOf(entry.get("when")));
    StringBuilder bundles = new StringBuilder();
    for (Object o : (List<?>) entry.get("bundles")) {
      Map<?, ?> bundle = (Map<?, ?>) o;
      bundles.append(bundles.isEmpty() ? "" : ", ").append(bundle.get("name")).append(' ').append(bundle.get("from")).append(" -> ")
          .append(bundle.get("to"));
    }
    details.put("bundles", bundles.toString());
    Object undoes = entry.get("undoes");
    if (undoes != null) {
      details.put("undoes", undoes.toString());
    }
    if (!String.valueOf(entry.get("why")).isEmpty()) {
      details.put("why", String.valueOf(entry.get("why")));
    }
    queue.add(AuditEvent.of(queue.nowMs(), AuditEvent.Kind.DEPLOYMENT, undoes == null ? "deploy" : "deploy:undo",
        new AuditEvent.Actor("Process:" + entry.get("who"), "", "", ""), new AuditEvent.Resource("deployment", String.valueOf(entry.get("id"))),
        String.valueOf(entry.get("outcome")), 1, details));
  }

  /** @return the number of the last deployment that is recorded */
  synchronized long lastId() {
    return lastId;
  }
}
