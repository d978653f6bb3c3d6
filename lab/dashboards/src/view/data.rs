//! The input of every kind of view: the panel's frames and the configuration of their fields.

use crate::{
    config::{Config, FieldConfigs},
    frame::Frame,
    interpolate::Scope,
    link,
};

/// What the kinds of drawings share.
pub(super) struct PanelData<'a> {
    pub(super) configs: FieldConfigs<'a>,
    pub(super) frames: &'a [Frame],
    pub(super) scope: Scope<'a>,
}

impl PanelData<'_> {
    /// How a field of a frame is shown, its words filled in.
    pub(super) fn config(&self, frame: &Frame, field: usize) -> Config {
        let of = &frame.fields[field];
        let (config, is_named) = self.configs.config(of, frame, self.frames);
        link::fill(config, is_named, of, frame, self.scope)
    }
}
