"""The page "Import scores": scores made elsewhere, looked at before they are kept."""
