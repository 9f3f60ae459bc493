namespace MlNetLlm.Modules;

/// <summary>Which modules a comparison trains.</summary>
public enum ModuleRegime
{
    /// <summary>The community given.</summary>
    Community,

    /// <summary>The other community given.</summary>
    WrongCommunity,

    /// <summary>As many random modules of every kind as the community has, all outside it: the same matrix types and parameters.</summary>
    RandomMatched,

    /// <summary>As many random modules as the community has, from all.</summary>
    RandomAny,

    /// <summary>All modules.</summary>
    All,

    /// <summary>No module: the model as it is.</summary>
    None,
}
