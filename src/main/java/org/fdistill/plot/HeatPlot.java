package org.fdistill.plot;

import java.awt.Color;
import java.awt.Font;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.style.HeatMapStyler;

/** One panel with a matrix as colours, its first row on top. */
final class HeatPlot {
  /** Ten colours of viridis (matplotlib, CC0), dark to light. */
  private static final Color[] VIRIDIS = {
    new Color(0x440154), new Color(0x482878), new Color(0x3e4989), new Color(0x31688e),
    new Color(0x26828e), new Color(0x1f9e89), new Color(0x35b779), new Color(0x6ece58),
    new Color(0xb5de2b), new Color(0xfde725)
  };

  private final HeatMapChart chart;

  /**
   * Draws a matrix.
   *
   * @param matrix rows of equal length
   * @param least value of the darkest colour
   * @param most value of the lightest
   */
  HeatPlot(String title, String x, String y, double[][] matrix, double least, double most) {
    chart =
        new HeatMapChartBuilder()
            .width(430)
            .height(400)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    HeatMapStyler style = chart.getStyler();
    style.setChartBackgroundColor(Color.WHITE);
    style.setChartTitleBoxVisible(false);
    style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 15));
    style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 11));
    style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    style.setLegendBorderColor(Color.WHITE);
    style.setPlotGridLinesVisible(false);
    style.setPlotBorderVisible(false);
    style.setPlotContentSize(1);
    style.setRangeColors(VIRIDIS);
    style.setMin(least);
    style.setMax(most);
    style.setAntiAlias(false); // Else the background shines through between cells.
    add(matrix);
  }

  private void add(double[][] matrix) {
    int rows = matrix.length;
    List<Number[]> cells = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < matrix[row].length; column++) {
        cells.add(new Number[] {column, rows - 1 - row, matrix[row][column]});
      }
    }
    List<Integer> columns = IntStream.range(0, matrix[0].length).boxed().toList();
    List<Integer> fromBelow = IntStream.range(0, rows).map(i -> rows - 1 - i).boxed().toList();
    chart.addSeries("values", columns, fromBelow, cells);
    chart.getStyler().setXAxisMaxLabelCount(12);
  }

  /** A scale's end that reads well: the next number of two digits. */
  static double scaleEnd(double largest) {
    return BigDecimal.valueOf(largest)
        .round(new MathContext(2, RoundingMode.CEILING))
        .doubleValue();
  }

  /** Without numbers at the axes. */
  HeatPlot withoutTicks() {
    chart.getStyler().setAxisTicksVisible(false);
    return this;
  }

  HeatMapChart chart() {
    return chart;
  }
}
