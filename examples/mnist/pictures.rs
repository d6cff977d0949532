//! What is drawn of a network that reads digits: how it learned, what its units look for, where it errs.

use backprop::Network;
use backprop::dataset::idx::Digits;

use super::support::axis::Axis;
use super::support::chart::Chart;
use super::support::heat_map::raster;
use super::support::palette::{MUTED, Shades};
use super::support::svg::{MIDDLE, Picture, heading, moved, rect, row, text, widest};
use super::{Answer, Data, Epoch, mistakes};

pub fn learning_curves(epochs: &[Epoch], data: &Data) -> String {
    let points = |value: fn(&Epoch) -> f64| -> Vec<(f64, f64)> {
        epochs.iter().enumerate().map(|(i, epoch)| ((i + 1) as f64, value(epoch))).collect()
    };
    let (sample, all) = (data.sample.len(), data.training.len());
    let training =
        if sample < all { format!("training ({sample} of {all})") } else { "training".into() };
    let axis = || Axis::linear("epoch");
    let loss = Chart::new("Loss in training", axis(), Axis::log("loss ℒ"))
        .line("loss", &points(|epoch| epoch.loss));
    // Not logarithmic: in training there may be no mistake left.
    let mistakes = Chart::new("Mistakes", axis(), Axis::linear("mistakes, %"))
        .line(&training, &points(|epoch| 100.0 * (1.0 - epoch.training)))
        .line("test", &points(|epoch| 100.0 * (1.0 - epoch.test)));
    row(&[loss.draw(), mistakes.draw()]).document("learning curves")
}

/// The weights of the first hidden units, each as a picture of the input it looks for.
pub fn hidden_units(network: &Network, size: (usize, usize)) -> String {
    let weights = &network.layer(1).weights;
    let shown: Vec<(String, Vec<f64>)> = (0..weights.rows().min(20))
        .map(|unit| (format!("unit {unit}"), weights.row(unit).to_vec()))
        .collect();
    let largest = weights.as_slice().iter().fold(0.0_f64, |largest, w| largest.max(w.abs()));
    pictures(
        "Weights of the hidden units",
        &shown,
        size,
        &Shades::diverging(-largest / 2.0, largest / 2.0).named("weight"),
    )
}

pub fn worst(answers: &[Answer], test: &Digits) -> String {
    let image = |answer: &&Answer| {
        let pixels = test.image(answer.digit).iter().map(|&pixel| f64::from(pixel)).collect();
        (format!("{}, taken for {}", answer.truth, answer.guess), pixels)
    };
    let shown: Vec<(String, Vec<f64>)> = mistakes(answers).iter().take(20).map(image).collect();
    pictures("The worst mistakes", &shown, test.image_size(), &Shades::grey(0.0, 255.0))
}

fn pictures(
    title: &str,
    shown: &[(String, Vec<f64>)],
    (_, cols): (usize, usize),
    shades: &Shades,
) -> String {
    let shown: Vec<(&str, &[f64])> =
        shown.iter().map(|(caption, pixels)| (caption.as_str(), &pixels[..])).collect();
    images(title, &shown, cols, 10, shades).document(title)
}

/// Small images with captions, so many `across`; each image has rows of `columns` pixels.
fn images(
    title: &str,
    images: &[(&str, &[f64])],
    columns: usize,
    across: usize,
    shades: &Shades,
) -> Picture {
    let rows = images.first().map_or(columns, |image| image.1.len() / columns);
    let scale = (84.0 / columns as f64).floor().max(1.0);
    let size = (scale * columns as f64, scale * rows as f64);
    let captions: Vec<&str> = images.iter().map(|image| image.0).collect();
    let cell = (size.0.max(widest(&captions, 12.0)) + 16.0, size.1 + 34.0);
    let mut body = heading(title);
    for (k, (caption, pixels)) in images.iter().enumerate() {
        let image = raster(columns, pixels, shades, size)
            + &rect((0.0, 0.0), size, &format!(r#"fill="none" stroke="{MUTED}""#))
            + &text((size.0 / 2.0, size.1 + 16.0), &format!(r#"{MIDDLE} font-size="12""#), caption);
        let inset = (cell.0 - size.0) / 2.0;
        let at = ((k % across) as f64 * cell.0 + inset, (k / across) as f64 * cell.1 + 30.0);
        body += &moved(at, &image);
    }
    let grid =
        (cell.0 * across.min(images.len()) as f64, cell.1 * images.len().div_ceil(across) as f64);
    let bar = shades.bar(size.1);
    body += &moved((grid.0 + 8.0, 30.0), &bar.body);
    let width = (grid.0 + 8.0 + bar.width).max(widest(&[title], 15.0));
    Picture { width, height: grid.1 + 30.0, body }
}
