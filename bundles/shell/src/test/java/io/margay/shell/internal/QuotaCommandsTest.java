package io.margay.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.Errors;
import io.margay.protocol.message.AlterClientQuotasRequest;
import io.margay.protocol.message.AlterClientQuotasResponse;
import io.margay.protocol.message.DescribeClientQuotasRequest;
import io.margay.protocol.message.DescribeClientQuotasResponse;
import io.margay.protocol.message.DescribeClientQuotasResponse.EntityData;
import io.margay.protocol.message.DescribeClientQuotasResponse.EntryData;
import io.margay.protocol.message.DescribeClientQuotasResponse.ValueData;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QuotaCommandsTest {
  private final FakeBroker broker = new FakeBroker();
  private final Gosh gosh = new Gosh(broker);
  private DescribeClientQuotasRequest asked;
  private AlterClientQuotasRequest altered;

  @BeforeEach
  void start() {
    broker.others.put(DescribeClientQuotasRequest.API.key(), r -> {
      asked = (DescribeClientQuotasRequest) r;
      return new DescribeClientQuotasResponse().setEntries(List.of(new EntryData()
          .setEntity(List.of(new EntityData().setEntityType("user").setEntityName("alice"), new EntityData().setEntityType("client-id").setEntityName(null)))
          .setValues(List.of(new ValueData().setKey("producer_byte_rate").setValue(1048576), new ValueData().setKey("request_percentage").setValue(12.5)))));
    });
    broker.others.put(AlterClientQuotasRequest.API.key(), r -> {
      altered = (AlterClientQuotasRequest) r;
      return new AlterClientQuotasResponse().setEntries(List.of(new AlterClientQuotasResponse.EntryData()));
    });
  }

  @AfterEach
  void stop() {
    gosh.close();
  }

  @Test
  void listsWhatIsSet() throws Exception {
    assertThat(gosh.run("quota:list")).isEqualTo("""
        USER   CLIENT ID  IP  QUOTA               VALUE
        alice  <default>  -   producer_byte_rate  1048576
        alice  <default>  -   request_percentage  12.5
        """);
    assertThat(asked.components()).isEmpty();
    assertThat(gosh.run("quota:list -u alice --default-client-id --json")).contains("\"quota\" : \"producer_byte_rate\"");
    assertThat(asked.components()).extracting(c -> c.entityType() + c.matchType() + c.match()).containsExactly("user0alice", "client-id1null");
  }

  @Test
  void setsAndRemoves() throws Exception {
    gosh.run("quota:set --user alice -c app producer_byte_rate=1048576 request_percentage=12.5");
    assertThat(altered.entries().get(0).entity()).extracting(e -> e.entityType() + "=" + e.entityName()).containsExactly("user=alice", "client-id=app");
    assertThat(altered.entries().get(0).ops()).extracting(o -> o.key() + "=" + o.value()).containsExactly("producer_byte_rate=1048576.0",
        "request_percentage=12.5");
    gosh.run("quota:remove --default-ip connection_creation_rate");
    assertThat(altered.entries().get(0).entity().get(0).entityName()).isNull();
    assertThat(altered.entries().get(0).ops().get(0).remove()).isTrue();
  }

  @Test
  void saysWhatIsWrong() {
    assertThatThrownBy(() -> gosh.run("quota:set producer_byte_rate=1")).hasMessageContaining("--user");
    assertThatThrownBy(() -> gosh.run("quota:set -u a producer_byte_rat=1")).hasMessageContaining("did you mean producer_byte_rate?");
    assertThatThrownBy(() -> gosh.run("quota:set -u a producer_byte_rate")).hasMessageContaining("a name and a value");
    assertThatThrownBy(() -> gosh.run("quota:set -u a producer_byte_rate=much")).hasMessageContaining("much is no number");
    assertThatThrownBy(() -> gosh.run("quota:set -u a --default-user producer_byte_rate=1")).hasMessageContaining("choose one of --user and --default-user");
    broker.others.put(AlterClientQuotasRequest.API.key(), r -> new AlterClientQuotasResponse().setEntries(List.of(
        new AlterClientQuotasResponse.EntryData().setErrorCode(Errors.INVALID_REQUEST.code()).setErrorMessage("Quota must be greater than 0"))));
    assertThatThrownBy(() -> gosh.run("quota:set -u a producer_byte_rate=0")).hasMessageContaining("greater than 0");
  }
}
