namespace MlNetLlm.Pipelines.ModuleCommunities;

/// <summary>How fine-tunings are compared.</summary>
internal enum TuningArm
{
    /// <summary>All regimes at the first learning rate; what is not chosen keeps its bits.</summary>
    SharedRate,

    /// <summary>Every regime at its best rate by validation accuracy.</summary>
    OwnRate,

    /// <summary>All regimes at the first rate, with embedding and norms trained too, as in the published code.</summary>
    Faithful,
}
