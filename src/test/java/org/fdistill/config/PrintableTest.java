package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
  @Test
  void charactersThatSteerATerminalBecomeTheirCode() {
    assertThat(Printable.line("a\u001b[31mb\r\u0007\u009b\u202e\ud800\n"))
        .isEqualTo("a\\u001b[31mb\\u000d\\u0007\\u009b\\u202e\\ud800\\u000a");
    assertThat(Printable.lines("one\n\ttwo\u001b")).isEqualTo("one\n\ttwo\\u001b");
  }

  @Test
  void lettersOfAllLanguagesStay() {
    String text = "größer 模型 \ud83d\ude00";
    assertThat(Printable.line(text)).isEqualTo(text);
  }

  @Test
  void messagesOfErrorsAreSafe() {
    assertThat(UserError.input("no\u001bway\nnext")).hasMessage("no\\u001bway\nnext");
  }
}
