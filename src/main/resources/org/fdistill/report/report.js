(() => {
  'use strict';
  const COLOURS = 8;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const plots = JSON.parse(document.getElementById('plots').textContent);
  let printing = false;
  const drawn = [];

  /** A colour of the style sheet. While the page is printed they are those of paper. */
  const colour = name => {
    const paper = {'--muted': '#444444', '--grid': '#eceeef', '--card': '#ffffff'};
    if (printing && name in paper) return paper[name];
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  };

  const figure = value => {
    if (value == null || !isFinite(value)) return '\u2013';
    const size = Math.abs(value);
    if (Number.isInteger(value) && size < 1e7) return value.toLocaleString('en-US');
    if (size >= 1e7 || size < 1e-4) return value.toExponential(3);
    return value.toLocaleString('en-US', {maximumFractionDigits: Math.max(0, 3 - Math.floor(Math.log10(size)))});
  };

  /** The numbers of an axis, all in one notation. */
  const ticks = values => {
    const sizes = values.filter(value => value).map(Math.abs);
    const largest = Math.max(...sizes, 0);
    const wide = largest < 1e-3 || Math.min(...sizes) < 1e-5;
    return values.map(value => {
      if (value == null) return '';
      if (value !== 0 && wide) return value.toExponential().replace('e-', 'e\u2212');
      if (largest >= 1e6) return +(value / 1e6).toPrecision(6) + 'M';
      if (largest >= 1e4) return +(value / 1e3).toPrecision(6) + 'k';
      return String(+value.toPrecision(6));
    });
  };

  const element = (name, className, text) => {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  };

  class Plot {
    constructor(node, plot) {
      this.plot = plot;
      this.frame = node.querySelector('.frame');
      this.logarithmic = false;
      this.hidden = plot.lines.map(() => false);
      const tables = plot.lines.map(line => line.low ? [line.x, line.y, line.low, line.high] : [line.x, line.y]);
      this.data = tables.length === 1 ? tables[0] : uPlot.join(tables);
      // Where in the data the values of each curve stand; those of its band, if it has one, follow.
      this.column = [];
      tables.reduce((at, table) => { this.column.push(at); return at + table.length - 1; }, 1);
      this.legend(node);
      this.keys();
      this.scaleButton(node);
      this.draw();
      this.values(null);
      new ResizeObserver(() => this.resize()).observe(this.frame);
    }

    size() {
      return {width: Math.max(120, this.frame.clientWidth), height: Math.max(120, this.frame.clientHeight)};
    }

    resize() {
      const size = this.size();
      if (size.width !== this.chart.width || size.height !== this.chart.height) this.chart.setSize(size);
    }

    draw() {
      if (this.chart) this.chart.destroy();
      this.chart = new uPlot(this.options(), this.data, this.frame);
    }

    options() {
      const axis = {
        stroke: () => colour('--muted'), font: '12px system-ui, sans-serif',
        grid: {stroke: () => colour('--grid'), width: 1}, ticks: {show: false},
      };
      return {
        ...this.size(),
        padding: [8, 18, 0, 0],
        legend: {show: false},
        scales: {x: {time: false, range: this.plot.x === 'layer' ? (u, low, high) => [Math.round(low) - 0.5, Math.round(high) + 0.5] : undefined}, y: {distr: this.logarithmic ? 3 : 1}},
        axes: [
          {...axis, size: 30, incrs: this.plot.x === 'distance' ? undefined : [...Array(12)].flatMap((_, power) => [1, 2, 5].map(n => n * 10 ** power)), values: (u, at) => ticks(at)},
          {...axis, size: (u, values) => 14 + 7 * Math.max(3, ...(values || []).map(v => v == null ? 0 : v.length)), values: (u, at) => ticks(at)},
        ],
        cursor: {
          points: {size: (u, at) => this.column.includes(at) ? 7 : 0}, drag: {x: true, y: false, setScale: true},
          sync: {key: this.plot.group, scales: ['x', null], setSeries: false},
        },
        hooks: {setCursor: [u => this.values(u.cursor.idx)]},
        series: [{}, ...this.plot.lines.flatMap((line, i) => this.series(line, i))],
        bands: this.plot.lines.flatMap((line, i) => line.low
          ? [{series: [this.column[i] + 2, this.column[i] + 1], fill: () => colour('--s' + line.colour % COLOURS) + '40'}] : []),
      };
    }

    series(line, i) {
      const name = '--s' + line.colour % COLOURS;
      const dots = line.look === 'dots';
      const dashed = line.look === 'dashed';
      const few = line.x.length < 40;
      const edge = {show: !this.hidden[i], width: 0, stroke: 'transparent', points: {show: false}};
      const curve = {
        label: line.label, show: !this.hidden[i], width: dashed ? 1.5 : 1.75,
        paths: dots ? () => null : undefined,
        stroke: () => colour(name), dash: dashed ? [6, 4] : line.colour >= COLOURS ? [12, 3] : undefined,
        points: {
          show: dots || few || dashed && line.x.length < 200, size: dots ? 6 : 5,
          stroke: () => colour(name) + (dots ? '00' : ''), fill: () => dots ? colour(name) + 'a0' : colour('--card'),
        },
      };
      return line.low ? [curve, edge, edge] : [curve];
    }

    legend(node) {
      const list = element('ul', 'legend');
      list.setAttribute('aria-label', 'Curves; press to hide or show');
      this.readings = this.plot.lines.map((line, i) => {
        const entry = element('li');
        const button = element('button');
        button.type = 'button';
        button.setAttribute('aria-pressed', 'true');
        const swatch = element('span', 'swatch c' + line.colour % COLOURS + ' ' + line.look);
        const value = element('span', 'value');
        button.append(swatch, line.label, value);
        button.addEventListener('click', () => {
          this.hidden[i] = !this.hidden[i];
          button.setAttribute('aria-pressed', String(!this.hidden[i]));
          for (let part = 0; part < (line.low ? 3 : 1); part++) {
            this.chart.setSeries(this.column[i] + part, {show: !this.hidden[i]});
          }
        });
        entry.append(button);
        list.append(entry);
        return value;
      });
      this.position = element('li', 'position');
      list.append(this.position);
      this.spoken = element('p', 'spoken');
      this.spoken.setAttribute('aria-live', 'polite');
      this.frame.after(list, this.spoken);
    }

    /** The value at a place, or the nearest that the curve has. */
    near(line, idx) {
      const values = this.data[this.column[line]];
      for (let away = 0; away < values.length; away++) {
        if (values[idx - away] != null) return values[idx - away];
        if (values[idx + away] != null) return values[idx + away];
        if (values[idx] === null) return null;
      }
      return null;
    }

    /** Points that stand beside each other belong to the layer between them. */
    place(idx) {
      const x = this.data[0][idx];
      return this.plot.x + ' ' + figure(this.plot.x === 'layer' ? Math.round(x) : x);
    }

    values(idx) {
      const last = idx == null;
      this.position.textContent = last ? '' : this.place(idx);
      this.readings.forEach((node, i) => {
        const ys = this.plot.lines[i].y;
        node.textContent = figure(last ? ys[ys.length - 1] : this.near(i, idx));
      });
    }

    /** Arrow keys move the cursor, and what it shows is read out. */
    keys() {
      this.frame.tabIndex = 0;
      this.frame.setAttribute('aria-roledescription', 'plot; arrow keys read its values');
      this.frame.addEventListener('keydown', event => {
        const end = this.data[0].length - 1;
        const from = this.chart.cursor.idx == null ? -1 : this.chart.cursor.idx;
        const page = Math.max(1, Math.round(end / 20));
        const to = {ArrowLeft: from - 1, ArrowRight: from + 1, PageUp: from - page, PageDown: from + page, Home: 0, End: end}[event.key];
        if (to === undefined) return;
        event.preventDefault();
        const idx = Math.min(end, Math.max(0, to));
        this.chart.setCursor({left: this.chart.valToPos(this.data[0][idx], 'x'), top: 0});
        this.values(idx);
        this.spoken.textContent = this.place(idx) + ': '
          + this.plot.lines.map((line, i) => line.label + ' ' + figure(this.near(i, idx))).join(', ');
      });
    }

    scaleButton(node) {
      const all = this.plot.lines.flatMap(line => [line.y, line.low || [], line.high || []]).flat().filter(y => y != null);
      const low = all.reduce((a, b) => Math.min(a, b), Infinity);
      const high = all.reduce((a, b) => Math.max(a, b), -Infinity);
      if (!(low > 0) || high / low < 10) return;
      const button = element('button', 'scale', 'log scale');
      button.type = 'button';
      button.setAttribute('aria-pressed', 'false');
      button.addEventListener('click', () => {
        this.logarithmic = !this.logarithmic;
        button.setAttribute('aria-pressed', String(this.logarithmic));
        this.draw();
      });
      node.querySelector('figcaption').append(button);
    }
  }

  const repaint = () => drawn.forEach(plot => plot.chart.redraw(false, true));
  document.querySelectorAll('[data-plot]').forEach(node => drawn.push(new Plot(node, plots[node.dataset.plot])));
  dark.addEventListener('change', repaint);
  addEventListener('beforeprint', () => { printing = true; repaint(); });
  addEventListener('afterprint', () => { printing = false; repaint(); });
  document.documentElement.dataset.ready = String(drawn.length);
})();
