package io.margay.config.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.Endpoint;
import io.margay.spi.config.InvalidSettingException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListenerParserTest {
  private final List<String> notes = new ArrayList<>();
  private String map = IdentitySettings.LISTENER_SECURITY_PROTOCOL_MAP.defaultValue();
  private List<String> controllers = List.of();

  @Test
  void understandsHostsAndPorts() {
    assertThat(parse(List.of("PLAINTEXT://127.0.0.1:9092"), null).bound())
        .containsExactly(new Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", 9092));
    assertThat(parse(List.of("ssl://my-host.example.com:0"), null).bound())
        .containsExactly(new Endpoint("SSL", "SSL", "my-host.example.com", 0));
    assertThat(parse(List.of("PLAINTEXT://[2001:db8::1]:9092"), null).bound())
        .containsExactly(new Endpoint("PLAINTEXT", "PLAINTEXT", "2001:db8::1", 9092));
    assertThat(parse(List.of("PLAINTEXT://:9092"), null).bound())
        .containsExactly(new Endpoint("PLAINTEXT", "PLAINTEXT", "", 9092));
    assertThat(notes).isEmpty();
  }

  @Test
  void understandsMissingSlashesAndShowsTheRightForm() {
    assertThat(parse(List.of("PLAINTEXT:127.0.0.1:9092"), null).bound())
        .containsExactly(new Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", 9092));
    assertThat(notes).singleElement().asString().contains("PLAINTEXT:127.0.0.1:9092", "PLAINTEXT://127.0.0.1:9092");
    assertThat(parse(List.of("PLAINTEXT:/h:9092"), null).bound()).extracting(Endpoint::host).containsExactly("h");
  }

  @Test
  void advertisesTheMachineInPlaceOfEveryInterface() {
    assertThat(parse(List.of("PLAINTEXT://0.0.0.0:9092", "SSL://[::]:9093", "SASL_SSL://10.0.0.1:9094"), null).advertised())
        .containsExactly(new Endpoint("PLAINTEXT", "PLAINTEXT", "this.machine", 9092),
            new Endpoint("SSL", "SSL", "this.machine", 9093), new Endpoint("SASL_SSL", "SASL_SSL", "10.0.0.1", 9094));
  }

  @Test
  void advertisesWhatIsSaidAndTheRestAsItIsBound() {
    map += ",OUT:SASL_SSL";
    ListenerParser.Result result =
        parse(List.of("PLAINTEXT://127.0.0.1:9092", "OUT://:9093"), List.of("out://kafka.example.com:443"));
    assertThat(result.advertised()).containsExactly(new Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", 9092),
        new Endpoint("OUT", "SASL_SSL", "kafka.example.com", 443));
  }

  @Test
  void refusesAdvertisingEveryInterface() {
    assertInvalid(List.of("PLAINTEXT://:9092"), List.of("PLAINTEXT://0.0.0.0:9092"), "advertised.listeners",
        "an address that clients can connect to, not 0.0.0.0");
    assertInvalid(List.of("PLAINTEXT://:9092"), List.of("PLAINTEXT://[::]:9092"), "advertised.listeners", "an address");
    assertInvalid(List.of("PLAINTEXT://:9092"), List.of("SSL://h:9092"), "advertised.listeners",
        "a name that listeners has: PLAINTEXT");
  }

  @Test
  void leavesListenersOfTheControllerOut() {
    controllers = List.of("CONTROLLER");
    map += ",CONTROLLER:SSL";
    ListenerParser.Result result = parse(List.of("PLAINTEXT://:9092", "CONTROLLER://:9093"),
        List.of("PLAINTEXT://h:9092", "CONTROLLER://h:9093"));
    assertThat(result.bound()).extracting(Endpoint::listener).containsExactly("PLAINTEXT");
    assertThat(result.advertised()).extracting(Endpoint::listener).containsExactly("PLAINTEXT");
    assertThat(result.quorum()).isEqualTo(new Endpoint("CONTROLLER", "SSL", "", 0));
    assertInvalid(List.of("CONTROLLER://:9093"), null, "listeners", "at least one listener for clients");
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertInvalid(List.of("0.0.0.0:9092"), null, "listeners", "NAME://host:port");
    assertInvalid(List.of("PLAINTEXT://2001:db8::1:9092/"), null, "listeners", "NAME://host:port");
    assertInvalid(List.of("PLAINTEXT://h"), null, "listeners", "NAME://host:port");
    assertInvalid(List.of("PLAINTEXT://h:99999"), null, "listeners", "a port from 0 to 65535");
    assertInvalid(List.of("PLAINTEXT://h:1", "PLAINTEXT://h:2"), null, "listeners", "each listener's name once");
    assertInvalid(List.of("PLAINTEXT://h:1", "SSL://:1"), null, "listeners", "a port of its own");
    assertInvalid(List.of("INSIDE://h:1"), null, "listener.security.protocol.map", "INSIDE:PLAINTEXT");
    map = "INSIDE:TLS";
    assertInvalid(List.of("INSIDE://h:1"), null, "listener.security.protocol.map", "NAME:PROTOCOL");
  }

  @Test
  void differentHostsMayShareAPort() {
    assertThat(parse(List.of("PLAINTEXT://127.0.0.1:9092", "SSL://10.0.0.1:9092"), null).bound()).hasSize(2);
    assertThat(parse(List.of("PLAINTEXT://:0", "SSL://:0"), null).bound()).hasSize(2);
  }

  private ListenerParser.Result parse(List<String> listeners, List<String> advertised) {
    return new ListenerParser(map, controllers, () -> "this.machine", notes::add).parse(listeners, advertised);
  }

  private void assertInvalid(List<String> listeners, List<String> advertised, String setting, String expected) {
    assertThatThrownBy(() -> parse(listeners, advertised)).isInstanceOf(InvalidSettingException.class)
        .hasMessageContaining(expected)
        .satisfies(e -> assertThat(((InvalidSettingException) e).setting()).isEqualTo(setting));
  }
}
