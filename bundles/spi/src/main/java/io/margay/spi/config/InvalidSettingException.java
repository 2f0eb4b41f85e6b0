package io.margay.spi.config;

/**
 * A setting that is unknown, ill-typed or out of its range. The message is fit for a user: it names the
 * setting and what was expected.
 */
public class InvalidSettingException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;
  private final String setting;

  /**
   * @param setting the setting's name
   * @param message a full sentence
   */
  public InvalidSettingException(String setting, String message) {
    super(message);
    this.setting = setting;
  }

  /** @return the setting's name */
  public String setting() {
    return setting;
  }
}
