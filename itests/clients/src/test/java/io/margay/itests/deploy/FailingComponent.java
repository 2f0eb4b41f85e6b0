package io.margay.itests.deploy;

/** A component whose activation fails. */
public final class FailingComponent {
  /** For Declarative Services. */
  public FailingComponent() {
    throw new IllegalStateException("no such luck");
  }

  /** Its description. */
  static String description() {
    String name = FailingComponent.class.getName();
    return "<scr:component xmlns:scr=\"http://www.osgi.org/xmlns/scr/v1.3.0\" name=\"" + name + "\" immediate=\"true\"><implementation class=\""
        + name + "\"/></scr:component>";
  }
}
