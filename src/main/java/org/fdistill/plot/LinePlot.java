package org.fdistill.plot;

import java.awt.Color;
import java.awt.Font;
import java.util.stream.DoubleStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** One panel of points or lines. */
final class LinePlot {
  /** Okabe and Ito's colours, which the colour-blind tell apart; the yellow is too light. */
  private static final Color[] COLOURS = {
    new Color(0x0072b2),
    new Color(0xd55e00),
    new Color(0x009e73),
    new Color(0xcc79a7),
    new Color(0xe69f00),
    new Color(0x56b4e9),
    new Color(0x555555)
  };

  private static final int WIDTH = 520;
  private static final int HEIGHT = 400;

  private final XYChart chart;

  LinePlot(String title, String x, String y) {
    chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(x)
            .yAxisTitle(y)
            .build();
    plain(chart.getStyler());
    chart.getStyler().setSeriesColors(COLOURS);
    chart.getStyler().setMarkerSize(7);
  }

  /** White, thin grid, and a legend below where there is one. */
  private static void plain(XYStyler style) {
    style.setChartBackgroundColor(Color.WHITE);
    style.setPlotBorderVisible(false);
    style.setPlotGridLinesColor(new Color(0xdddddd));
    style.setChartTitleBoxVisible(false);
    style.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
    style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
    style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
    style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
    style.setLegendPosition(Styler.LegendPosition.OutsideS);
    style.setLegendLayout(Styler.LegendLayout.Horizontal);
    style.setLegendBorderColor(Color.WHITE);
  }

  /** Points that are not joined; all points of a panel have one colour. */
  LinePlot points(String name, double[] x, double[] y) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setLineStyle(SeriesLines.NONE);
    series.setMarker(SeriesMarkers.CIRCLE);
    series.setMarkerColor(COLOURS[0]);
    return this;
  }

  /** Points that are joined in their order. */
  LinePlot line(String name, double[] x, double[] y) {
    chart.addSeries(name, x, y).setMarker(SeriesMarkers.CIRCLE);
    return this;
  }

  /** Joined without marks. */
  LinePlot curve(String name, double[] x, double[] y) {
    chart.addSeries(name, x, y).setMarker(SeriesMarkers.NONE);
    return this;
  }

  /** Layers from 0 on the x axis, each with a tick where there is room. */
  LinePlot overLayers(int layers) {
    int step = Math.max(1, (int) Math.ceil(layers / 12.0));
    chart.getStyler().setXAxisMin(-0.5).setXAxisMax(layers - 0.5);
    chart.getStyler().setXAxisTickMarkSpacingHint(WIDTH / Math.max(1, layers / step) * 3 / 4);
    chart.getStyler().setXAxisDecimalPattern("0");
    return this;
  }

  /** The same range of y as other panels. */
  LinePlot range(double least, double most) {
    double margin = Math.max(1e-9, (most - least) * 0.05);
    chart.getStyler().setYAxisMin(least - margin).setYAxisMax(most + margin);
    return this;
  }

  LinePlot withoutLegend() {
    chart.getStyler().setLegendVisible(false);
    return this;
  }

  XYChart chart() {
    return chart;
  }

  /** 0, 1, ..., count - 1. */
  static double[] numbers(int count) {
    return DoubleStream.iterate(0, n -> n + 1).limit(count).toArray();
  }
}
