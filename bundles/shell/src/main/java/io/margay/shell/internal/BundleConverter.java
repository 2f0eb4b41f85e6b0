package io.margay.shell.internal;

import org.apache.felix.service.command.Converter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Lets the container's commands take a bundle by its number or symbolic name ({@code update 30}, {@code stop io.margay.groups}). Gogo
 * itself only knows how on a terminal.
 */
@Component(service = Converter.class, property = Converter.CONVERTER_CLASSES + "=org.osgi.framework.Bundle")
public final class BundleConverter implements Converter {
  private final BundleContext context;

  /** @param context finds the bundles */
  @Activate
  public BundleConverter(BundleContext context) {
    this.context = context;
  }

  /** @return the bundle, or null when there is none of that number or name */
  @Override
  public Object convert(Class<?> desired, Object in) {
    if (desired != Bundle.class || in instanceof Bundle) {
      return in instanceof Bundle ? in : null;
    }
    String text = in.toString();
    if (!text.isEmpty() && text.length() < 10 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return context.getBundle(Long.parseLong(text));
    }
    for (Bundle b : context.getBundles()) {
      if (text.equals(b.getSymbolicName())) {
        return b;
      }
    }
    return null;
  }

  @Override
  public CharSequence format(Object target, int level, Converter escape) {
    return null;
  }
}
