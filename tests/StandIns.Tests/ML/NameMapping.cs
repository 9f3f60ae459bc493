using Microsoft.ML.Transforms;

namespace StandIns.Tests.ML;

internal sealed class NameRow
{
    public string Name { get; set; } = "";
}

/// <summary>Gives every row the name under which the payload stands.</summary>
[CustomMappingFactoryAttribute(Contract)]
internal sealed class NameMapping : CustomMappingFactory<ToyData.FloatRow, NameRow>
{
    public const string Contract = "StandIns.Tests.Name";

    public override Action<ToyData.FloatRow, NameRow> GetMapping() => (_, name) => name.Name = "weights";
}
