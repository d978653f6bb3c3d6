//! The input of every kind of view: the panel's frames and the configuration of their fields.

use crate::{
    config::{Config, FieldConfigs},
    frame::Frame,
    interpolate::Scope,
    link,
};

/// The frames of a panel with the configuration of their fields.
pub(super) struct PanelData<'a> {
    pub(super) configs: FieldConfigs<'a>,
    pub(super) frames: &'a [Frame],
    pub(super) scope: Scope<'a>,
}

impl PanelData<'_> {
    /// The interpolated configuration of a field.
    pub(super) fn config(&self, frame: &Frame, field: usize) -> Config {
        let column = &frame.fields[field];
        let (config, is_named) = self.configs.config(column, frame, self.frames);
        link::interpolate_config(config, is_named, column, frame, self.scope)
    }
}
