//! A chart of bars as SVG, which reads in light and dark.

use std::fmt::Write;

/// The widest bar, in times of the first one, at most; a longer one is cut, and only its number tells.
const LIMIT: f64 = 8.0;

/// Height of a bar and of what is between groups, and width of names and of numbers behind bars, in pixels.
const BAR: f64 = 13.0;
const GAP: f64 = 12.0;
const NAMES: f64 = 190.0;
const NUMBERS: f64 = 50.0;
const WIDTH: f64 = 840.0;

/// Colors of bars by the order of their names in the key: in light, and in dark.
const COLORS: [(&str, &str); 6] = [
    ("#c2410c", "#fb923c"),
    ("#1d4ed8", "#60a5fa"),
    ("#0f766e", "#2dd4bf"),
    ("#6b7280", "#9ca3af"),
    ("#7e22ce", "#c084fc"),
    ("#a16207", "#facc15"),
];

/// What is drawn.
pub struct Chart {
    pub title: String,
    /// Below the title: what a number means, and where it was measured.
    pub notes: Vec<String>,
    /// Whose bars there are, at most six, in the order of their colors.
    pub key: Vec<String>,
    /// Next to one another: the title of each panel.
    pub panels: Vec<String>,
    pub groups: Vec<Group>,
}

/// Bars below one another, with a name.
pub struct Group {
    pub name: String,
    /// For each panel: the position in the key, and how long the bar is.
    pub bars: Vec<Vec<(usize, f64)>>,
}

impl Chart {
    /// The chart as a file.
    pub fn svg(&self) -> String {
        let top = 34.0 + 16.0 * self.notes.len() as f64 + 44.0;
        let heights = self.groups.iter().map(Group::height);
        let height = top + heights.sum::<f64>();
        let mut svg = String::new();
        put(
            &mut svg,
            format_args!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
             viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{}\">\n<style>\n\
             text {{ font: 12px system-ui, sans-serif; fill: #1f2937 }}\n\
             .title {{ font-size: 16px; font-weight: 600 }}\n.note {{ fill: #6b7280 }}\n\
             .name, .number {{ font-variant-numeric: tabular-nums }}\n\
             line {{ stroke: #d1d5db }}\n",
                escaped(&self.title)
            ),
        );
        for (at, (light, _)) in COLORS.iter().enumerate() {
            put(&mut svg, format_args!(".c{at} {{ fill: {light} }}\n"));
        }
        svg.push_str(
            "@media (prefers-color-scheme: dark) {\n\
             text { fill: #e5e7eb }\n.note { fill: #9ca3af }\nline { stroke: #4b5563 }\n",
        );
        for (at, (_, dark)) in COLORS.iter().enumerate() {
            put(&mut svg, format_args!(".c{at} {{ fill: {dark} }}\n"));
        }
        svg.push_str("}\n</style>\n");
        text(&mut svg, "title", 0.0, 18.0, &self.title);
        for (at, note) in self.notes.iter().enumerate() {
            text(&mut svg, "note", 0.0, 38.0 + 16.0 * at as f64, note);
        }
        self.key(&mut svg, top - 36.0);
        self.bars(&mut svg, top);
        svg.push_str("</svg>\n");
        svg
    }

    fn key(&self, svg: &mut String, y: f64) {
        let mut x = 0.0;
        for (at, name) in self.key.iter().enumerate() {
            let next = x + 34.0 + 6.2 * name.chars().count() as f64;
            put(
                svg,
                format_args!(
                    "<rect class=\"c{at}\" x=\"{x}\" y=\"{y}\" width=\"11\" height=\"11\" rx=\"2\"/>\n"
                ),
            );
            text(svg, "name", x + 16.0, y + 10.0, name);
            x = next;
        }
    }

    fn bars(&self, svg: &mut String, top: f64) {
        let panel = (WIDTH - NAMES) / self.panels.len() as f64;
        let values = self.groups.iter().flat_map(|group| group.bars.iter().flatten());
        let limit = values.fold(1.0, |most: f64, (_, value)| most.max(*value)).min(LIMIT);
        let unit = (panel - NUMBERS - 10.0) / limit;
        for (at, title) in self.panels.iter().enumerate() {
            let x = NAMES + panel * at as f64;
            text(svg, "note", x, top - 6.0, title);
            let bottom = top + self.groups.iter().map(Group::height).sum::<f64>() - GAP;
            put(svg, format_args!("<line x1=\"{x}\" y1=\"{top}\" x2=\"{x}\" y2=\"{bottom}\"/>\n"));
        }
        let mut y = top;
        for group in &self.groups {
            let rows = group.bars.iter().map(Vec::len).max().unwrap_or(0) as f64;
            text(svg, "name", 0.0, y + rows * BAR / 2.0 + 4.0, &group.name);
            for (at, bars) in group.bars.iter().enumerate() {
                let x = NAMES + panel * at as f64;
                for (row, &(color, value)) in bars.iter().enumerate() {
                    let (y, width) = (y + BAR * row as f64, value.min(limit) * unit);
                    put(
                        svg,
                        format_args!(
                            "<rect class=\"c{color}\" x=\"{x}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"{}\"/>\n",
                            y + 1.0,
                            BAR - 2.0
                        ),
                    );
                    let cut = if value > limit { "→ " } else { "" };
                    let number = format!("{cut}{value:.1}");
                    text(svg, "number", x + width + 5.0, y + BAR - 2.5, &number);
                }
            }
            y += group.height();
        }
    }
}

impl Group {
    fn height(&self) -> f64 {
        self.bars.iter().map(Vec::len).max().unwrap_or(0) as f64 * BAR + GAP
    }
}

fn text(svg: &mut String, class: &str, x: f64, y: f64, text: &str) {
    let text = escaped(text);
    put(svg, format_args!("<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\">{text}</text>\n"));
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn put(svg: &mut String, text: std::fmt::Arguments<'_>) {
    svg.write_fmt(text).expect("a string takes everything");
}
