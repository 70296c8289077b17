package io.bluefly.registry.capabilities;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UriTemplateTest {
  @ParameterizedTest
  @CsvSource({
    "test://a/{id}/data, test://a/1/data, true",
    "test://a/{id}/data, test://a/1/other, false",
    "test://a/{id}/data, test://a/data, false",
    "file:///{+path}, file:///etc/hosts, true",
    "file:///{+path}, http://etc/hosts, false",
    "db://{table}/{row}, db://t/1, true",
    "db://{table}/{row}, db://t, false",
    "a{x}a, a, false",
    "plain://uri, plain://uri, true",
    "plain://uri, plain://uri2, false",
    "broken://{uri, broken://{uri, true",
  })
  void fixedPartsMustStandInTheirOrder(String template, String uri, boolean matches) {
    assertThat(new UriTemplate(template).matches(uri)).isEqualTo(matches);
  }
}
