namespace MlNetLlm.Pipelines.EmbeddingReset;

/// <summary>Where a section's languages come from.</summary>
public enum SectionSource
{
    /// <summary>Generated: one grammar, words of their own, controlled distance.</summary>
    Synthetic,

    /// <summary>Treebanks, novels and Wikipedia paragraphs of the data catalogue.</summary>
    Treebanks,

    /// <summary>Folders of plain text, XNLI, MLQA and XQuAD files on this machine: the published set-up.</summary>
    Folder,
}
